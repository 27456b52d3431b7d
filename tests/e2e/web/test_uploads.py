"""A large file from the page through a presigned upload and the batch worker."""

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
SECONDS = 60.0  # 5.8 MB at 48 kHz and 16 bit, more than the limit of a request
# Stores all phases that the page shows.
STORE_PHASES = """() => { window.phases = [];
    new MutationObserver(() => phases.push(
        document.querySelector("[data-part=phase]")?.textContent))
        .observe(document.getElementById("results"), {childList: true, subtree: true}); }"""


def wait_for_upload(bucket: str) -> str:
    """Wait for the upload; returns its key."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        found = boto3.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
        if found:
            return found[0]["Key"]
        time.sleep(0.2)
    raise TimeoutError("nothing was uploaded")


def test_a_file_too_large_for_a_request_becomes_a_job(
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
        page.evaluate(STORE_PHASES)
        browser.choose(page, tmp_path / "large.wav")
        event = ObjectEvent(job_settings.input_bucket, wait_for_upload(job_settings.input_bucket))
        expect(page.get_by_text("Queued", exact=True)).to_be_visible()
        process(event, job_settings)
        words = browser.transcript(page)
        expected = interfaces.command_line(tmp_path / "large.wav")
        assert words == expected["transcript"] != ""
        assert "Uploading 100 %" in page.evaluate("() => phases")
        with page.expect_download() as download:
            page.get_by_role("button", name="VTT").click()
        assert download.value.path().read_text().startswith("WEBVTT\n\n00:00:")


def process(event: ObjectEvent, jobs: JobSettings) -> Any:
    """Process an upload as the batch function does."""
    client = s3.client()
    transcriber = Transcriber(bundle.load(""))
    store = s3.S3OutputStore(client, jobs.output_bucket)
    worker = Worker(s3.S3InputStore(client), store, transcriber, Settings())
    return worker.process(event, Deadline())
