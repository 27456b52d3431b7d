"""Bad input: each gets an error of the closed list, as JSON and as a binary body."""

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
from asr.manifest import SCHEMA_VERSION
from asr.settings import Settings
from asr.transcriber import warm_transcriber
from handlers import api
from handlers.http import transcription
from handlers.http.bodies import MAX_AUDIO_BYTES
from tests.support import toy_model
from tests.support.api_events import Context, json_request, request

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
    ten_minutes = np.zeros(rate * 600, np.int16)
    with soundfile.SoundFile(file, "w", rate, 1, format="FLAC", subtype="PCM_16") as out:
        for _ in range(hours * 6):
            out.write(ten_minutes)
    return file.getvalue()


def flac_with_false_rate(rate):
    """Replace the 20 bits of the sample rate in STREAMINFO (RFC 9639, 8.2)."""
    content = bytearray(toy_model.encode(toy_model.text_waveform("rate"), "FLAC"))
    offset = 4 + 4 + 10  # "fLaC", block header, block and frame sizes
    bits = int.from_bytes(content[offset : offset + 3], "big")
    content[offset : offset + 3] = ((bits & 0xF) | rate << 4).to_bytes(3, "big")
    return bytes(content)


def no_samples():
    return toy_model.encode(np.zeros(0, np.float32))


BAD_AUDIO = {
    "nothing": (lambda: b"", "empty_audio"),
    "text": (lambda: b"these are words, not sound " * 50, "unsupported_audio"),
    "a PNG": (png, "unsupported_audio"),
    "a WAV header with no samples": (no_samples, "empty_audio"),
    "half of a WAV header": (lambda: toy_model.text_wav("a")[:30], "unsupported_audio"),
    "half of a FLAC header": (
        lambda: toy_model.encode(toy_model.text_waveform("a"), "FLAC")[:30],
        "unsupported_audio",
    ),
    "the first bytes of an MP3": (
        lambda: toy_model.encode(toy_model.text_waveform("abc"), "MP3", "MPEG_LAYER_III")[:100],
        "unsupported_audio",
    ),
    "the first bytes of a WebM": (
        lambda: b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01" + b"\0" * 40,
        "unsupported_audio",
    ),
    "ten milliseconds": (lambda: toy_model.encode(np.full(160, 0.5, np.float32)), "too_short"),
    "2 hours of FLAC silence": (lambda: flac_of_silence(2), "too_long"),
    "a FLAC that claims 655,350 Hz": (lambda: flac_with_false_rate(655_350), "unsupported_audio"),
    "more than the limit": (lambda: b"\0" * (MAX_AUDIO_BYTES + 1), "too_large"),
}
# tests/asr/test_errors.py checks the statuses themselves.
STATUS = {error.code: error.status for error in AsrError.__subclasses__()}


def assert_rejected(event, code):
    response = api.handler(event, Context())
    problem = json.loads(response["body"])
    assert (response["statusCode"], problem["code"]) == (STATUS[code], code), problem
    assert response["multiValueHeaders"]["Content-Type"] == [PROBLEM_MEDIA_TYPE]
    assert problem["status"] == STATUS[code]
    assert problem["detail"]
    assert "jobs" not in problem  # there are none without buckets


@pytest.fixture(autouse=True)
def no_leaks(tmp_path_factory, monkeypatch):
    """No file is left behind, and memory grows by less than 1 GiB."""
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) * 1024 < ADDRESS_SPACE_GROWTH_BYTES
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", BAD_AUDIO)
def test_bad_audio_is_rejected_with_its_code(name):
    make, code = BAD_AUDIO[name]
    content = make()
    assert_rejected(json_request(audio=content), code)
    if content:  # API Gateway cannot mark an empty body as binary
        assert_rejected(request("POST", "/v1/transcribe", content, "audio/wav"), code)


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
        ('{"audio": "YQAAB"}', "invalid_base64"),
        ('{"audio": "data:audio/wav;base64,n*t"}', "invalid_base64"),
        ('{"audio": "https://example.com/a.wav"}', "invalid_base64"),
        ('{"audio": "", "language": "en"}', "malformed_request"),
        ('{"audio": "é"}', "invalid_base64"),
        ('{"audio": "", "format": "doc"}', "malformed_request"),
        ('{"audio": "", "format": 3}', "malformed_request"),
        ('{"audio": "", "timestamps": "perhaps"}', "malformed_request"),
    ],
)
def test_a_bad_body_is_rejected_with_its_code(body, code):
    assert_rejected(request("POST", "/v1/transcribe", body, "application/json"), code)


def test_the_error_of_a_bad_parameter_has_its_name():
    event = request("POST", "/v1/transcribe", toy_model.text_wav("a"), "audio/wav", "format=doc")
    assert_rejected(event, "malformed_request")
    detail = json.loads(api.handler(event, Context())["body"])["detail"]
    assert detail.startswith("format is 'doc', expected one of json, text")


@pytest.mark.parametrize("keep", [0.5, 0.9])
@pytest.mark.parametrize("form", ["WAV", "FLAC"])
def test_truncated_audio_is_transcribed_up_to_its_end(form, keep):
    spoken = "abcdefgh" * 4
    whole = toy_model.encode(toy_model.text_waveform(spoken), form)
    response = api.handler(json_request(audio=whole[: int(len(whole) * keep)]), Context())
    assert response["statusCode"] == 200
    transcript = json.loads(response["body"])["transcript"]
    assert len(transcript) > len(spoken) * keep / 2
    assert spoken.startswith(transcript[:-1])


@pytest.mark.parametrize("fault", ["missing", "altered", "unknown schema"])
def test_a_faulty_model_bundle_is_never_used(fault, tmp_path, monkeypatch):
    if fault != "missing":
        manifest = {"schema": SCHEMA_VERSION + 1} if fault == "unknown schema" else {}
        toy_model.write_bundle(tmp_path, **manifest)
    if fault == "altered":
        (tmp_path / "model.pt").write_bytes(toy_model.torchscript() + b"more")
    settings = Settings(model_uri=str(tmp_path))
    monkeypatch.setattr(transcription, "warm_transcriber", lambda _: warm_transcriber(settings))
    assert_rejected(json_request(audio=toy_model.text_wav("a")), "model_unavailable")


def test_silence_has_an_empty_transcript():
    response = api.handler(
        json_request(audio=toy_model.encode(np.zeros(16_000, np.float32))), Context()
    )
    assert response["statusCode"] == 200
    assert json.loads(response["body"])["transcript"] == ""


def test_the_working_directory_does_not_change():
    before = set(Path.cwd().iterdir())
    api.handler(json_request(audio=toy_model.text_wav("a")), Context())
    assert set(Path.cwd().iterdir()) == before
