import json
import sys
from dataclasses import replace

import pytest

from asr import bundle
from asr.manifest import BeamSearchConfig, Confidence
from asr.transcriber import Transcriber, check_golden
from tests.support import ngram_toy, tone_corpus, toy_model
from tests.support.reports import RECOGNITION_REPORT
from training.card import card
from training.card.measurements import Measurements
from training.errors import InputError
from training.export import add_language_model
from training.export.add_language_model import descend

FIRST = BeamSearchConfig(lm_weight=0.6, word_score=0.0, unk_score=0.0, beam_size=32)
# The language knows that it is the cab that is spoken of, and the voice swallows the rest.
SPOKEN = [("a cab", "a dab"), ("a bad cab", "a bad dab"), ("a cab a cab", "a cab a cab")]


@pytest.fixture
def dev(tmp_path):
    clips = [("lj", text, toy_model.speak(said, frames_per_character=1)) for text, said in SPOKEN]
    return tone_corpus.write_clips(tmp_path / "swallowed-dev", clips)


@pytest.fixture
def directory(tmp_path):
    return toy_model.write_bundle(tmp_path / "bundle")


def test_descent_finds_the_bottom_of_a_bowl_in_ever_smaller_steps():
    def cost(search):
        found = search.lm_weight, search.word_score, search.unk_score
        return sum((a - b) ** 2 for a, b in zip(found, (0.85, -1, 2), strict=True))

    found = descend(cost, FIRST, {"lm_weight": 0.2, "word_score": 0.5, "unk_score": 1.0})
    assert found == replace(FIRST, lm_weight=0.85, word_score=-1.0, unk_score=2.0)


def test_descent_asks_for_nothing_twice_and_never_for_less_than_no_language():
    asked = []

    def cost(search):
        asked.append(search)
        return search.lm_weight

    assert descend(cost, FIRST).lm_weight == 0.0
    assert len(asked) == len(set(asked))
    assert min(search.lm_weight for search in asked) == 0.0


def test_a_tuned_bundle_hears_what_greedy_decoding_does_not(directory, dev):
    measured = add_language_model.tune(directory, ngram_toy.content(), dev, start=FIRST)
    (name,) = measured["sets"]
    assert name == "swallowed-dev"
    wer = {decoder: report["all"]["wer"] for decoder, report in measured["sets"][name].items()}
    assert wer == {"greedy": pytest.approx(2 / 9, abs=1e-4), "beam": 0.0}
    assert measured["tuned"] == {"set": name, "clips": 3} | {
        "lm_weight": measured["tuned"]["lm_weight"],
        "word_score": 0.0,
        "unk_score": 0.0,
        "beam_size": 32,
    }
    sealed = bundle.load(str(directory))
    assert sealed.manifest.language_model is not None
    weight = sealed.manifest.language_model.beam_search.lm_weight
    assert weight == measured["tuned"]["lm_weight"] > 0
    assert sealed.manifest.language_model.confidence != Confidence()
    check_golden(Transcriber(sealed, "beam"))


def test_all_else_in_the_bundle_stays_as_it_was(directory, dev):
    before = bundle.load(str(directory)).manifest
    add_language_model.tune(directory, ngram_toy.content(), dev, start=FIRST)
    after = bundle.load(str(directory)).manifest
    assert replace(after, language_model=None) == before


def test_tuning_again_takes_the_place_of_the_first_time(directory, dev):
    add_language_model.tune(directory, ngram_toy.content(), dev, start=FIRST)
    once = (directory / "manifest.json").read_bytes()
    add_language_model.tune(directory, ngram_toy.content(), dev, start=FIRST)
    assert (directory / "manifest.json").read_bytes() == once


def test_a_classifier_of_words_is_refused(tmp_path, dev):
    words = toy_model.write_keyword_bundle(tmp_path / "words")
    with pytest.raises(InputError, match="recognises no speech: it is a keyword model"):
        add_language_model.tune(words, ngram_toy.content(), dev)


def test_the_command_writes_the_card_of_what_it_measured(
    directory, dev, tmp_path, monkeypatch, capsys
):
    card.write_card(directory, Measurements(1000, "songs-dev", {"songs-test": RECOGNITION_REPORT}))
    assert "decoder=beam" not in (directory / card.CARD).read_text()
    (tmp_path / "language.npz").write_bytes(ngram_toy.content())
    arguments = [str(directory), "--language-model", str(tmp_path / "language.npz")]
    arguments += ["--manifest", str(dev), "--beam-size", "16"]
    monkeypatch.setattr(sys, "argv", ["tune", *arguments])
    add_language_model.main()
    printed = json.loads(capsys.readouterr().out)
    text = (directory / card.CARD).read_text()
    assert "Beam size 16," in " ".join(text.split())
    assert "| swallowed-dev | greedy | 3 | 9 | 0.222 |" in text
    assert "| swallowed-dev | beam | 3 | 9 | 0.000 |" in text
    assert printed["language_model"]["memory_bytes"] > 0
    assert Measurements.read(directory).decoders == printed
