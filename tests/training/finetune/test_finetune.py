import shutil

import numpy as np
import pytest

from asr import bundle
from asr.transcriber import Transcriber, check_golden
from tests.support import ngram_toy, tone_corpus, toy_model
from training.card.measurements import Measurements
from training.errors import InputError
from training.export.export import export_run
from training.finetune import finetune, plan

# Words of letters that the start was trained on, in another order and at another pitch.
WORDS = [
    "abed", "bade", "beef", "cede", "dead", "deaf", "face", "fade", "feed", "bead", "cafe", "aced",
    "bad", "cab", "dab", "fed",
]  # fmt: skip


def higher(word):
    """Tones of a word, five percent higher."""
    samples = tone_corpus.tones(word)
    places = np.arange(0, len(samples) - 1, 1.05)
    return np.interp(places, np.arange(len(samples)), samples).astype(np.float32)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips") / "mine"
    folder.mkdir()
    for index, word in enumerate(WORDS * 2):
        (folder / f"{index}.flac").write_bytes(toy_model.encode(higher(word), "FLAC"))
        (folder / f"{index}.txt").write_text(word)
    return folder


@pytest.fixture(scope="module")
def quick():
    """Rates and lengths for tones: a run of seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "RATE", 0.005)
        patch.setattr(plan, "EPOCHS", 40)
        patch.setattr(plan, "MIN_BATCH_SECONDS", 4.0)
        patch.setattr(plan, "AUGMENTATION", tone_corpus.PLAIN["augmentation"])
        patch.setattr(plan, "SPEC_AUGMENT", tone_corpus.PLAIN["spec_augment"])
        yield


@pytest.fixture(scope="module")
def tuned(start, clips, quick, tmp_path_factory):
    """Folder of the runs and of the bundle, and the printed lines."""
    folder = tmp_path_factory.mktemp("tuned")
    outcome = finetune.finetune(clips, folder / "Mine", start, folder / "runs", workers=0)
    return folder, outcome


def test_the_word_error_rate_on_held_out_clips_falls(tuned):
    _, outcome = tuned
    assert outcome.clips >= 5
    assert outcome.after < outcome.before - 0.2


def test_the_bundle_is_complete_and_serves(tuned):
    folder, _ = tuned
    opened = bundle.load(str(folder / "Mine"))
    check_golden(Transcriber(opened))
    assert (opened.manifest.name, opened.manifest.precision) == ("mine", "bfloat16")
    sources = {source["name"]: source for source in opened.manifest.sources}
    assert set(sources) == {"CMU AN4", "mine"}
    assert opened.manifest.metrics["held-out"]["utterances"] >= 5


def test_the_card_has_the_error_rates_before_and_after(tuned, start):
    folder, outcome = tuned
    card = (folder / "Mine" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "learned 1-bfloat16 was fine-tuned on " in card
    for title, rate in (("before", outcome.before), ("after", outcome.after)):
        assert f"| held-out | {title} | {outcome.clips} | {outcome.clips} | {rate:.3f} |" in card
    kept = Measurements.read(folder / "Mine").fine_tuning
    assert kept is not None
    assert kept["start"]["sha256"] == bundle.load(str(start)).sha256
    assert kept["clips"] + outcome.clips == 2 * len(WORDS)


def test_the_same_command_resumes_the_run(tuned, start, clips):
    folder, outcome = tuned
    (work,) = (folder / "runs" / "finetune").iterdir()
    trained = (work / "run" / "last.ckpt").stat().st_mtime_ns
    assert finetune.finetune(clips, folder / "Mine", start, folder / "runs", workers=0) == outcome
    assert (work / "run" / "last.ckpt").stat().st_mtime_ns == trained


def test_other_clips_start_another_run(tuned, start, clips, monkeypatch, tmp_path):
    folder, _ = tuned
    monkeypatch.setattr(plan, "EPOCHS", 1)
    other = shutil.copytree(clips, tmp_path / "mine")
    (other / "0.txt").write_text("bead")
    finetune.finetune(other, tmp_path / "Mine", start, folder / "runs", workers=0)
    assert len(list((folder / "runs" / "finetune").iterdir())) == 2


def test_the_language_model_and_the_precision_are_kept(
    learned, clips, quick, monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr(plan, "EPOCHS", 1)
    export_run(
        learned.run, learned.data, tmp_path / "int8", "dev", ["dev"], precision="int8-dynamic"
    )
    (tmp_path / "int8" / "language.npz").write_bytes(ngram_toy.content())
    toy_model.change_manifest(tmp_path / "int8", language_model=ngram_toy.members())
    options = f"{clips} --out {tmp_path}/out --bundle {tmp_path}/int8 --runs {tmp_path}/runs"
    finetune.main([*options.split(), "--threads", "1"])
    opened = bundle.load(str(tmp_path / "out"))
    assert opened.manifest.precision == "int8-dynamic"
    assert opened.manifest.language_model is not None
    assert Transcriber(opened).decoders == ("greedy", "beam")
    printed = capsys.readouterr()
    assert "32 clips of 0.2 minutes" in printed.err
    assert "held-out clips: " in printed.out
    assert f"Wrote {tmp_path}/out" in printed.out


def rejected(start, clips, tmp_path):
    with pytest.raises(InputError) as error:
        finetune.finetune(clips, tmp_path / "out", start, tmp_path / "runs", workers=0)
    assert not (tmp_path / "out").exists()
    return str(error.value)


def test_a_bundle_that_cannot_be_tuned_is_rejected(clips, keyword_bundle, tmp_path):
    toy = toy_model.write_bundle(tmp_path / "toy")
    assert "float32, which stores no weights by name" in rejected(toy, clips, tmp_path)
    toy_model.change_manifest(toy, precision="bfloat16")
    assert "toy 1 does not describe its network" in rejected(toy, clips, tmp_path)
    assert "is a 'keyword' bundle" in rejected(keyword_bundle, clips, tmp_path)
    assert "is no bundle" in rejected(tmp_path / "nowhere", clips, tmp_path)


def test_an_error_is_one_line(clips, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        finetune.main([str(tmp_path), "--out", str(tmp_path / "out"), "--bundle", str(clips)])
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
