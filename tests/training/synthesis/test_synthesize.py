import pytest
import soundfile

from tests.support.fakes import TEXT, VOICES, only_tone_engine, plan, tone_command
from training.data import manifest, sentences
from training.errors import InputError
from training.synthesis import render, synthesize
from training.synthesis.engines import ENGINES
from training.synthesis.plan import SynthesisPlan
from training.synthesis.synthesize import synthesize_corpus
from training.synthesis.voices import Engine


@pytest.fixture(autouse=True)
def tone_engine(monkeypatch):
    monkeypatch.setattr(synthesize, "CLIPS_PER_FLUSH", 4)
    with only_tone_engine():
        yield


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_manifest_lists_every_clip(tmp_path):
    synthesize_corpus(tmp_path, plan(), hours=0.005, jobs=2)
    utterances = manifest.read_manifest(tmp_path / "manifest.tsv")
    assert 18 <= sum(utterance.seconds for utterance in utterances) < 21
    for utterance in utterances:
        assert soundfile.info(utterance.path).duration == pytest.approx(utterance.seconds, abs=1e-3)
        assert utterance.text in TEXT
        assert utterance.speaker in {"tones:anna:", "tones:ben:"}
        assert utterance.corpus == "tones"
    assert len(list(tmp_path.glob("*.flac"))) == len(utterances)


def test_an_interrupted_corpus_is_continued_as_if_uninterrupted(tmp_path):
    synthesize_corpus(tmp_path / "whole", plan(), hours=0.006, jobs=2)
    synthesize_corpus(tmp_path / "stopped", plan(), hours=0.002, jobs=1)
    with (tmp_path / "stopped" / "manifest.tsv").open("a") as file:
        file.write("0000099.flac\t1.0")  # a row cut by the interruption
    synthesize_corpus(tmp_path / "stopped", plan(), hours=0.006, jobs=1)
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")
    synthesize_corpus(tmp_path / "stopped", plan(), hours=0.006, jobs=1)
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")


@pytest.mark.parametrize(
    "other",
    [plan(seed=2), plan("two words"), plan(voices=VOICES[:1])],
    ids=["seed", "text", "voices"],
)
def test_a_corpus_of_another_plan_is_not_continued(tmp_path, other):
    synthesize_corpus(tmp_path, plan(), hours=0.001, jobs=1)
    with pytest.raises(InputError, match="another seed, other voices or other text"):
        synthesize_corpus(tmp_path, other, hours=0.002, jobs=1)


def test_sentences_on_which_an_engine_fails_are_skipped(tmp_path, monkeypatch):
    monkeypatch.setattr(render, "TIMEOUT", 0.1)
    failing = plan("a mute one", "an endless one", "a slow one", "a good one")
    synthesize_corpus(tmp_path, failing, hours=0.001, jobs=2)
    utterances = manifest.read_manifest(tmp_path / "manifest.tsv")
    assert {utterance.text for utterance in utterances} == {"a good one"}
    assert len(list(tmp_path.glob("*.flac"))) == len(utterances)


def test_engines_without_usable_speech_are_an_error(tmp_path):
    with pytest.raises(InputError, match="no usable speech from the engines tones"):
        synthesize_corpus(tmp_path, plan("a mute one"), hours=0.001, jobs=1)


def test_a_missing_engine_is_reported_with_its_packages(monkeypatch, capsys):
    missing = Engine("mute", "no-such-program", "mute-voices", 1.0, list, tone_command)
    monkeypatch.setitem(ENGINES, "mute", missing)
    assert synthesize.installed_voices(["mute", "tones"]) == VOICES
    assert "mute is not installed; Debian packages: mute-voices" in capsys.readouterr().err
    with pytest.raises(InputError, match="none of the engines is installed: mute"):
        synthesize.installed_voices(["mute"])


def test_the_held_out_corpus_shares_neither_speaker_nor_sentence(tmp_path, capsys):
    file = tmp_path / "text"
    words = ("one", "two", "three", "four", "five", "six", "seven", "eight")
    text = [f"{a} {b} {c}" for a in words for b in words for c in words]
    file.write_text("\n".join(text), encoding="utf-8")
    out, held_out = tmp_path / "out", tmp_path / "held-out"
    options = ["--hours", "0.01", "--hold-out", str(held_out), "--hold-out-hours", "0.005"]
    synthesize.main([str(file), "--out", str(out), *options])
    training, test = (manifest.read_manifest(f / "manifest.tsv") for f in (out, held_out))
    assert {u.speaker for u in training} == {"tones:anna:", "tones:ben:"}
    assert {u.speaker for u in test} == {"tones:rms:"}
    assert not {u.text for u in training} & {u.text for u in test}
    assert all(sentences.is_held_out(u.text) for u in test)
    assert "hours a minute" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("empty", "missing"),
    [(SynthesisPlan(1, [], ["one two"]), "voice"), (SynthesisPlan(1, VOICES[:1], []), "sentence")],
    ids=["voices", "sentences"],
)
def test_a_plan_without_voices_or_sentences_is_rejected(tmp_path, empty, missing):
    with pytest.raises(InputError, match=f"no {missing} for this corpus"):
        synthesize_corpus(tmp_path / "out", empty, hours=0.001, jobs=1)
    assert not (tmp_path / "out").exists()
