import json
import shutil
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from types import SimpleNamespace
from unittest.mock import patch

import pytest
import torch

from asr import bundle
from asr.manifest import BeamSearchConfig, Confidence
from asr.transcriber import Transcriber, check_golden
from tests.support import ngram_toy, tone_corpus, toy_model
from tests.support.reports import RECOGNITION_REPORT
from training.card import card
from training.card.measurements import Measurements
from training.errors import InputError
from training.export import add_language_model

START = BeamSearchConfig(lm_weight=0.6, word_score=0.0, unk_score=0.0, beam_size=32)
# Reference texts and spoken texts: "dab", which is out of vocabulary, for "cab".
SPOKEN = [("a cab", "a dab"), ("a bad cab", "a bad dab"), ("a cab a cab", "a cab a cab")]


@pytest.fixture(scope="module")
def dev(tmp_path_factory):
    clips = [
        ("lj", text, toy_model.text_waveform(said, frames_per_character=1)) for text, said in SPOKEN
    ]
    return tone_corpus.write_clips(tmp_path_factory.mktemp("data") / "fast-dev", clips)


@pytest.fixture(scope="module")
def added(dev, tmp_path_factory):
    """A bundle before and after a language model is added, and the measurements."""
    directory = toy_model.write_bundle(tmp_path_factory.mktemp("added") / "bundle")
    before = bundle.load(str(directory)).manifest
    with patch.object(torch.jit, "load", wraps=torch.jit.load) as load:
        measured = add_language_model.add_language_model(
            directory, ngram_toy.content(), dev, start=START
        )
    return SimpleNamespace(
        directory=directory, before=before, measured=measured, loads=load.call_count
    )


def test_a_tuned_beam_search_corrects_errors_of_greedy_decoding(added):
    (name,) = added.measured["sets"]
    assert name == "fast-dev"
    reports = added.measured["sets"][name]
    wer = {decoder: report["all"]["wer"] for decoder, report in reports.items()}
    assert wer == {"greedy": pytest.approx(2 / 9, abs=1e-4), "beam": 0.0}
    opened = bundle.load(str(added.directory))
    language_model = opened.manifest.language_model
    assert language_model is not None
    search = language_model.beam_search
    assert added.measured["tuned"] == {"set": name, "clips": 3} | vars(search)
    assert search == replace(START, lm_weight=search.lm_weight)
    assert search.lm_weight > 0
    assert language_model.confidence != Confidence()
    check_golden(Transcriber(opened, "beam"))


def test_the_model_is_loaded_once_to_tune_and_once_to_verify(added):
    assert added.loads == 2


def test_nothing_else_in_the_bundle_changes(added):
    after = bundle.load(str(added.directory)).manifest
    assert replace(after, language_model=None) == added.before


def test_a_second_language_model_replaces_the_first(added, dev, tmp_path):
    shutil.copytree(added.directory, tmp_path / "bundle")
    once = (tmp_path / "bundle" / "manifest.json").read_bytes()
    add_language_model.add_language_model(
        tmp_path / "bundle", ngram_toy.content(), dev, start=START
    )
    assert (tmp_path / "bundle" / "manifest.json").read_bytes() == once


def test_a_keyword_bundle_is_rejected(keyword_bundle, dev):
    with pytest.raises(InputError, match="is a 'keyword' bundle; only a 'ctc' bundle"):
        add_language_model.add_language_model(keyword_bundle, ngram_toy.content(), dev)


def test_the_command_writes_the_card_and_prints_the_measurements(dev, tmp_path):
    directory = toy_model.write_bundle(tmp_path / "bundle")
    card.write_card(directory, Measurements(1000, "songs-dev", {"songs-test": RECOGNITION_REPORT}))
    assert "decoder=beam" not in (directory / card.CARD).read_text()
    (tmp_path / "language.npz").write_bytes(ngram_toy.content())
    options = f"{directory} --language-model {tmp_path / 'language.npz'}"
    options += f" --manifest {dev} --beam-size 16"
    with redirect_stdout(StringIO()) as output:
        add_language_model.main(options.split())
    printed = json.loads(output.getvalue())
    text = (directory / card.CARD).read_text()
    assert "Beam size 16," in " ".join(text.split())
    assert "| fast-dev | greedy | 3 | 9 | 0.222 |" in text
    assert "| fast-dev | beam | 3 | 9 | 0.000 |" in text
    assert printed["language_model"]["memory_bytes"] > 0
    assert Measurements.read(directory).decoders == printed
