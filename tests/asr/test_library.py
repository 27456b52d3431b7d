"""The engine as a library: `import asr`."""

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

import asr

ROOT = Path(__file__).parents[2]


def test_the_example_of_the_package_runs(monkeypatch):
    for name in ("MODEL_URI", "MODEL_SHA256", "DECODER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
    results = doctest.testmod(asr)
    assert (results.attempted, results.failed) == (2, 0)


def test_the_public_names_are_those_of_their_modules():
    assert {name: getattr(asr, name).__module__ for name in asr.__all__} == {
        "Transcriber": "asr.transcriber",
        "Transcript": "asr.transcript",
        "open_transcriber": "asr.transcriber",
    }


def test_importing_the_package_does_not_import_torch():
    code = "import asr, asr.settings, sys; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'asr' has no attribute 'nothing'"):
        asr.nothing  # noqa: B018 - the access is the test
