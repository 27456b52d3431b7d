"""What tests of several packages share."""

from pathlib import Path

import pytest

from asr import bundle
from asr.transcriber import Transcriber
from tests.asr import toy


@pytest.fixture(scope="session")
def toy_bundle(tmp_path_factory) -> Path:
    return toy.write_bundle(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="session")
def toy_transcriber(toy_bundle: Path) -> Transcriber:
    return Transcriber(bundle.load(str(toy_bundle)))


@pytest.fixture(scope="session")
def keyword_bundle(tmp_path_factory) -> Path:
    return toy.write_keyword_bundle(tmp_path_factory.mktemp("keyword"))


@pytest.fixture(scope="session")
def keyword_transcriber(keyword_bundle: Path) -> Transcriber:
    return Transcriber(bundle.load(str(keyword_bundle)))
