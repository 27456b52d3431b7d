"""A large file through all there is: the page, uploads to an S3 as presigned, the batch worker."""

import os
import time
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, expect

from asr import bundle
from asr.settings import Settings
from asr.transcriber import Transcriber
from batch import s3
from batch.deadline import Deadline
from batch.events import ObjectEvent
from batch.worker import Worker
from jobs.settings import JobSettings
from tests.support import browser, interfaces

pytestmark = pytest.mark.e2e

WAIT_SECONDS = 60.0
SECONDS = 60.0  # of 48 kHz, 16 bit: 5.8 MB, more than a request carries
# Keeps all that the page has said of how far it is.
FOLLOW = """() => { window.phases = [];
    new MutationObserver(() => phases.push(
        document.querySelector("[data-part=phase]")?.textContent))
        .observe(document.getElementById("results"), {childList: true, subtree: true}); }"""


def uploaded(bucket: str) -> str:
    """The key of the one object, when it is there."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        found = boto3.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
        if found:
            return found[0]["Key"]
        time.sleep(0.2)
    raise TimeoutError("nothing was uploaded")


def test_a_file_too_large_for_a_request_is_uploaded_transcribed_and_saved(
    chromium: Browser, job_settings: JobSettings, hello: Path, tmp_path: Path
):
    samples, rate = soundfile.read(hello)
    large = np.zeros(round(SECONDS * 48_000))
    large[: len(samples) * 48_000 // rate] = np.repeat(samples, 48_000 // rate)
    soundfile.write(tmp_path / "large.wav", large, 48_000)
    buckets = {
        "INPUT_BUCKET": job_settings.input_bucket,
        "OUTPUT_BUCKET": job_settings.output_bucket,
    }
    environment = {**os.environ, **buckets}
    with (
        interfaces.local_server(environment, tmp_path / "log") as address,
        browser.visits(chromium, address) as visit,
    ):
        page = visit()
        page.evaluate(FOLLOW)
        browser.choose(page, tmp_path / "large.wav")
        event = ObjectEvent(job_settings.input_bucket, uploaded(job_settings.input_bucket))
        expect(page.get_by_text("Waiting for its turn", exact=True)).to_be_visible()
        work(event, job_settings)
        words = browser.transcript(page)
        expected = interfaces.command_line(tmp_path / "large.wav")
        assert words == expected["transcript"] != ""
        assert "Uploading 100 %" in page.evaluate("() => phases")
        with page.expect_download() as download:
            page.get_by_role("button", name="VTT").click()
        assert download.value.path().read_text().startswith("WEBVTT\n\n00:00:")


def work(event: ObjectEvent, jobs: JobSettings) -> Any:
    """What the batch function does with an upload."""
    client = s3.client()
    transcriber = Transcriber(bundle.load(""))
    store = s3.S3OutputStore(client, jobs.output_bucket)
    worker = Worker(s3.S3InputStore(client), store, transcriber, Settings())
    return worker.process(event, Deadline())
