import pytest
import soundfile

from tests.support.fakes import (
    PEOPLE,
    TEXT,
    only_singer,
    plan,
    sing,
)
from training.data import manifest, sentences
from training.errors import InputError
from training.synthesis import render, synthesize
from training.synthesis.engines import ENGINES
from training.synthesis.plan import Plan
from training.synthesis.synthesize import make
from training.synthesis.voices import Engine


@pytest.fixture(autouse=True)
def singer(monkeypatch):
    monkeypatch.setattr(synthesize, "BLOCK", 4)
    with only_singer():
        yield


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_corpus_is_written_in_our_format(tmp_path):
    make(tmp_path / "said", plan(), hours=0.005, jobs=2)
    utterances = manifest.read_manifest(tmp_path / "said" / "manifest.tsv")
    assert 18 <= sum(utterance.seconds for utterance in utterances) < 21
    for utterance in utterances:
        assert soundfile.info(utterance.path).duration == pytest.approx(utterance.seconds, abs=1e-3)
        assert utterance.text in TEXT
        assert utterance.speaker in {"singer:anna:", "singer:ben:"}
        assert utterance.corpus == "singer"
    # nothing that the manifest does not name
    assert len(list((tmp_path / "said").glob("*.flac"))) == len(utterances)


def test_what_was_stopped_goes_on_as_if_it_had_not_been(tmp_path):
    make(tmp_path / "whole", plan(), hours=0.006, jobs=2)
    make(tmp_path / "stopped", plan(), hours=0.002, jobs=1)
    with (tmp_path / "stopped" / "manifest.tsv").open("a") as manifest:
        manifest.write("0000099.flac\t1.0")  # a row that a kill has cut
    make(tmp_path / "stopped", plan(), hours=0.006, jobs=1)
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")
    make(tmp_path / "stopped", plan(), hours=0.006, jobs=1)
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")


@pytest.mark.parametrize("other", [plan(seed=2), plan("two words"), plan(voices=PEOPLE[:1])])
def test_a_corpus_is_not_continued_by_another_plan(tmp_path, other):
    make(tmp_path, plan(), hours=0.001, jobs=1)
    with pytest.raises(InputError, match="another seed"):
        make(tmp_path, other, hours=0.002, jobs=1)


def test_what_an_engine_does_not_manage_to_say_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(render, "TIMEOUT", 0.1)
    spoken = plan("a mute one", "an endless one", "a slow one", "a good one")
    make(tmp_path, spoken, hours=0.001, jobs=2)
    utterances = manifest.read_manifest(tmp_path / "manifest.tsv")
    assert {utterance.text for utterance in utterances} == {"a good one"}
    assert len(list(tmp_path.glob("*.flac"))) == len(utterances)


def test_engines_that_say_nothing_are_an_error(tmp_path):
    with pytest.raises(InputError, match="says anything"):
        make(tmp_path, plan("a mute one"), hours=0.001, jobs=1)


def test_a_missing_engine_is_named_with_its_package(monkeypatch, capsys):
    missing = Engine("mute", "no-such-program", "mute-voices", 1.0, list, sing)
    monkeypatch.setitem(ENGINES, "mute", missing)
    assert synthesize.installed(["mute", "singer"]) == PEOPLE
    assert "mute is not here; Debian has it as: mute-voices" in capsys.readouterr().err
    with pytest.raises(InputError, match="None"):
        synthesize.installed(["mute"])


def test_the_held_out_corpus_shares_neither_voice_nor_sentence(tmp_path, capsys):
    file = tmp_path / "text"
    words = ("one", "two", "three", "four", "five", "six", "seven", "eight")
    text = [f"{a} {b} {c}" for a in words for b in words for c in words]
    file.write_text("\n".join(text), encoding="utf-8")
    out, held = tmp_path / "out", tmp_path / "held"
    options = ["--hours", "0.01", "--hold-out", str(held), "--hold-out-hours", "0.005"]
    synthesize.main([str(file), "--out", str(out), *options])
    training, testing = (manifest.read_manifest(f / "manifest.tsv") for f in (out, held))
    assert {u.speaker for u in training} == {"singer:anna:", "singer:ben:"}
    assert {u.speaker for u in testing} == {"singer:rms:"}
    assert not {u.text for u in training} & {u.text for u in testing}
    assert all(sentences.held_out(u.text) for u in testing)
    assert "hours a minute" in capsys.readouterr().out


def test_a_corpus_that_nobody_or_nothing_is_for_is_refused(tmp_path):
    for nothing in (Plan(1, [], ["one two"]), Plan(1, PEOPLE[:1], [])):
        with pytest.raises(InputError, match=r"no (voice|sentence) is for"):
            make(tmp_path / "out", nothing, hours=0.001, jobs=1)
    assert not (tmp_path / "out").exists()
