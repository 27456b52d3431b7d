"""What bad input gets: one error of the closed list each, through both HTTP forms."""

import io
import json
import resource
import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from asr.errors import PROBLEM_MEDIA_TYPE, AsrError
from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers import api
from handlers.http import transcription
from handlers.http.requests import MAX_AUDIO_BYTES
from tests.support import toy_model
from tests.support.api_events import Context, as_json, request

ADDRESS_SPACE_GROWTH_BYTES = 1024**3


def png():
    def chunk(kind, data):
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def flac_of_silence(hours, rate=8_000):
    file = io.BytesIO()
    hour = np.zeros(rate * 600, np.int16)
    with soundfile.SoundFile(file, "w", rate, 1, format="FLAC", subtype="PCM_16") as out:
        for _ in range(hours * 6):
            out.write(hour)
    return file.getvalue()


def flac_claiming_a_rate(rate):
    """Patch the 20 bits of the sample rate in STREAMINFO (RFC 9639, 8.2)."""
    content = bytearray(toy_model.encode(toy_model.speak("rate"), "FLAC"))
    place = 4 + 4 + 10  # "fLaC", block header, block and frame sizes
    bits = int.from_bytes(content[place : place + 3], "big")
    content[place : place + 3] = ((bits & 0xF) | rate << 4).to_bytes(3, "big")
    return bytes(content)


def no_samples():
    return toy_model.encode(np.zeros(0, np.float32))


BAD_AUDIO = {
    "nothing": (lambda: b"", "empty_audio"),
    "text": (lambda: b"these are words, not sound " * 50, "unsupported_audio"),
    "a PNG": (png, "unsupported_audio"),
    "a WAV header with no samples": (no_samples, "empty_audio"),
    "half of a WAV header": (lambda: toy_model.wav("a")[:30], "unsupported_audio"),
    "half of a FLAC header": (
        lambda: toy_model.encode(toy_model.speak("a"), "FLAC")[:30],
        "unsupported_audio",
    ),
    "the first bytes of an MP3": (
        lambda: toy_model.encode(toy_model.speak("abc"), "MP3", "MPEG_LAYER_III")[:100],
        "unsupported_audio",
    ),
    "the first bytes of a WebM": (
        lambda: b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01" + b"\0" * 40,
        "unsupported_audio",
    ),
    "ten milliseconds": (lambda: toy_model.encode(np.full(160, 0.5, np.float32)), "too_short"),
    "25 hours of FLAC silence": (lambda: flac_of_silence(25), "too_long"),
    "a FLAC that claims 655,350 Hz": (lambda: flac_claiming_a_rate(655_350), "unsupported_audio"),
    "more than the limit": (lambda: b"\0" * (MAX_AUDIO_BYTES + 1), "too_large"),
}
# The statuses themselves are held to the contract in tests/asr/test_errors.py.
STATUS = {error.code: error.status for error in AsrError.__subclasses__()}


def refused(event, code):
    answer = api.handler(event, Context())
    problem = json.loads(answer["body"])
    assert (answer["statusCode"], problem["code"]) == (STATUS[code], code), problem
    assert answer["multiValueHeaders"]["Content-Type"] == [PROBLEM_MEDIA_TYPE]
    assert problem["status"] == STATUS[code]
    assert problem["detail"]
    # Who has more than a request can carry learns who takes it.
    assert problem.get("jobs") == ("/v1/jobs" if STATUS[code] == 413 else None)
    assert ("POST /v1/jobs" in problem["detail"]) == (STATUS[code] == 413)


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path_factory, monkeypatch):
    """No file is left, and no more than 1 GiB is taken."""
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) * 1024 < ADDRESS_SPACE_GROWTH_BYTES
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", BAD_AUDIO)
def test_bad_audio_is_refused_with_its_code(name):
    make, code = BAD_AUDIO[name]
    content = make()
    refused(as_json(audio=content), code)
    if content:  # API Gateway has no way to say that an empty body is binary
        refused(request("POST", "/v1/transcribe", content, "audio/wav"), code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "malformed_request"),
        ("", "malformed_request"),
        ("hello", "malformed_request"),
        ("[1, 2]", "malformed_request"),
        ("{}", "malformed_request"),
        ('{"audio": null}', "malformed_request"),
        ('{"audio": {"a": 1}}', "malformed_request"),
        ('{"audio": "not*base64"}', "invalid_base64"),
        ('{"audio": "YQ"}', "invalid_base64"),
        ('{"audio": "é"}', "invalid_base64"),
        ('{"audio": "", "format": "doc"}', "malformed_request"),
        ('{"audio": "", "format": 3}', "malformed_request"),
        ('{"audio": "", "timestamps": "perhaps"}', "malformed_request"),
    ],
)
def test_a_bad_body_is_refused_with_its_code(body, code):
    refused(request("POST", "/v1/transcribe", body, "application/json"), code)


def test_a_bad_parameter_is_refused_by_name():
    event = request("POST", "/v1/transcribe", toy_model.wav("a"), "audio/wav", "format=doc")
    refused(event, "malformed_request")
    assert "format" in json.loads(api.handler(event, Context())["body"])["detail"]


@pytest.mark.parametrize("keep", [0.5, 0.9])
@pytest.mark.parametrize("form", ["WAV", "FLAC"])
def test_of_truncated_audio_what_is_there_is_transcribed(form, keep):
    spoken = "abcdefgh" * 4
    whole = toy_model.encode(toy_model.speak(spoken), form)
    answer = api.handler(as_json(audio=whole[: int(len(whole) * keep)]), Context())
    assert answer["statusCode"] == 200
    heard = json.loads(answer["body"])["transcript"]
    assert len(heard) > len(spoken) * keep / 2
    assert spoken.startswith(heard[:-1])


@pytest.mark.parametrize("fault", ["missing", "altered", "of another schema"])
def test_a_model_that_is_not_what_it_should_be_is_refused(fault, tmp_path, monkeypatch):
    if fault != "missing":
        toy_model.write_bundle(tmp_path, **({"schema": 2} if fault == "of another schema" else {}))
    if fault == "altered":
        (tmp_path / "model.pt").write_bytes(toy_model.scripted() + b"more")
    settings = Settings(model_uri=str(tmp_path))
    monkeypatch.setattr(transcription, "warm_transcriber", lambda _: warm_transcriber(settings))
    refused(as_json(audio=toy_model.wav("a")), "model_unavailable")


def test_silence_is_an_empty_transcript():
    answer = api.handler(as_json(audio=toy_model.encode(np.zeros(16_000, np.float32))), Context())
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["transcript"] == ""


def test_the_working_directory_is_left_as_it_was():
    before = set(Path.cwd().iterdir())
    api.handler(as_json(audio=toy_model.wav("a")), Context())
    assert set(Path.cwd().iterdir()) == before
