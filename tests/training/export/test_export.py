import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.audio.audio import Budget
from asr.manifest import Confidence
from asr.transcriber import Transcriber, check_golden
from tests.support import reports, tone_corpus, toy_model
from training.card.measurements import Measurements
from training.data.manifest import read_manifest
from training.errors import InputError
from training.evaluation.calibration import confidence_pairs, fit_platt_scaling
from training.evaluation.inference import transcribe_corpus
from training.evaluation.report import bundle_report, recognition_report
from training.export import export
from training.export.bundle_writer import GOLDEN_CLIP
from training.fit import checkpoint

MINUTE = Budget(max_seconds=60.0)


@pytest.fixture(scope="module")
def exported(learned, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundles") / "learned"
    export.export(learned.run, learned.data, out, "dev", ["dev", "tones"])
    return out


@pytest.fixture(scope="module")
def transcriber(exported):
    return Transcriber(bundle.load(str(exported)))


def test_a_run_becomes_a_bundle_that_passes_its_golden_clip(exported, transcriber):
    assert {path.name for path in exported.iterdir()} == {
        "manifest.json", "model.pt", "MODEL_CARD.md", "measurements.json", "curves.svg",
        "reliability.svg",
    }  # fmt: skip
    check_golden(transcriber)
    assert transcriber.manifest.golden.audio == GOLDEN_CLIP.read_bytes()


def test_the_bundle_hears_what_the_network_learned(transcriber):
    for text in ("abc de", "fed cab", "a bad cafe"):
        assert (
            transcriber.transcribe(toy_model.encode(tone_corpus.tones(text)), MINUTE).text == text
        )


def test_the_bundle_computes_what_the_checkpoint_does(learned, exported):
    recogniser, recipe, frame_seconds = checkpoint.trained(learned.run / "best.ckpt")
    samples = tone_corpus.tones("abc de")
    (written,) = AcousticModel(bundle.load(str(exported))).log_probs([samples])
    with torch.inference_mode():
        expected, _ = recogniser(torch.from_numpy(samples)[None], torch.tensor([len(samples)]))
    assert np.allclose(written, expected[0].numpy(), atol=1e-4)
    assert recipe == learned.recipe
    assert frame_seconds == 0.04


def test_the_manifest_says_what_evaluation_measures(learned, exported, transcriber):
    manifest = transcriber.manifest
    for folder in ("dev", "tones"):
        utterances = read_manifest(learned.data / folder / "manifest.tsv")
        rates = recognition_report(transcribe_corpus(transcriber, utterances))["all"]
        assert manifest.metrics[folder] == {k: rates[k] for k in ("utterances", "wer", "cer")}
        assert manifest.metrics[folder] == {"utterances": 3, "wer": 0.0, "cer": 0.0}


def test_the_manifest_describes_the_model(learned, transcriber):
    manifest = transcriber.manifest
    assert (manifest.name, manifest.version) == ("learned", "1")
    assert (manifest.frame_seconds, manifest.sample_rate) == (0.04, 16_000)
    assert manifest.sources == [
        {
            "name": "CMU AN4",
            "license": "BSD-style (Carnegie Mellon University)",
            "reference": "CMU AN4, 1991",
            "hours": 0.0,
        }
    ]


def confidence(folder):
    return bundle.load(str(folder)).manifest.confidence


def test_confidence_is_fitted_on_what_was_heard_without_it(learned, exported, tmp_path):
    sealed = json.loads((exported / "manifest.json").read_text())
    plain = tmp_path / "plain"
    shutil.copytree(exported, plain)
    sealed["confidence"] = {"scale": 1.0, "bias": 0.0}
    (plain / "manifest.json").write_text(json.dumps(sealed))
    utterances = read_manifest(learned.data / "dev" / "manifest.tsv")
    heard = transcribe_corpus(Transcriber(bundle.load(str(plain))), utterances)
    assert confidence(exported) == fit_platt_scaling(*confidence_pairs(heard)) != Confidence()


def test_confidence_is_fitted_on_the_set_for_it(learned, tmp_path):
    for calibrate in ("misheard", "dev"):
        export.export(learned.run, learned.data, tmp_path / calibrate, calibrate, ["dev"])
    modest, sure = (
        Transcriber(bundle.load(str(tmp_path / name)))
        .transcribe(toy_model.encode(tone_corpus.tones("abc de")), MINUTE)
        .words[0]
        .confidence
        for name in ("misheard", "dev")
    )
    assert modest < 0.7 < sure


def test_the_card_mentions_the_measured_rates(exported):
    card = (exported / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| dev | all | 3 | 7 | 0.000 | 0.000 | 0.000 to 0.000 | 0 | 0 | 0 |" in card
    assert "| tones | an4 | 3 | 7 | 0.000 | 0.000 | 0.000 to 0.000 | 0 | 0 | 0 |" in card
    assert "fitted on dev" in card


def test_a_run_that_goes_on_can_be_exported(learned, tmp_path):
    run = tmp_path / "runs" / learned.run.name
    shutil.copytree(learned.run, run)
    (run / "curves.svg").unlink()  # which the end of a run draws
    export.export(run, learned.data, tmp_path / "out", "dev", ["dev"])
    assert (tmp_path / "out" / "curves.svg").exists()


def test_an_export_that_fails_leaves_the_bundle_that_was_there(learned, tmp_path):
    toy_model.write_bundle(tmp_path / "out")
    with pytest.raises(FileNotFoundError):
        export.export(learned.run, learned.data, tmp_path / "out", "dev", ["nowhere"])
    assert bundle.load(str(tmp_path / "out")).manifest.name == "toy"


def test_a_run_that_learned_phones_is_no_bundle(learned, tmp_path, monkeypatch):
    def of_phones(file):
        recogniser, recipe, frame_seconds = checkpoint.trained(file)
        return recogniser, replace(recipe, task="phones"), frame_seconds

    monkeypatch.setattr(export, "trained", of_phones)
    with pytest.raises(InputError, match="learned phones, which nothing serves"):
        export.export(learned.run, learned.data, tmp_path / "out", "dev", ["dev"])
    assert not (tmp_path / "out").exists()


def test_an_export_replaces_all_of_the_bundle_that_was_there(learned, tmp_path, monkeypatch):
    toy_model.write_bundle(tmp_path / "out")
    (tmp_path / "out" / "stale.txt").write_text("from before")
    arguments = ["--data", learned.data, "--out", tmp_path / "out"]
    arguments += ["--calibrate", "dev", "--measure", "dev"]
    monkeypatch.setattr("sys.argv", ["export", str(learned.run), *[str(a) for a in arguments]])
    export.main()
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["name"] == "learned"
    assert not (tmp_path / "out" / "stale.txt").exists()
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o755


@pytest.fixture(scope="module")
def keywords(learned_words, tmp_path_factory):
    directory = tmp_path_factory.mktemp("keywords")
    clip = directory / "clip.flac"
    clip.write_bytes(toy_model.encode(tone_corpus.tones("fed"), "FLAC"))
    run, data, out = learned_words.run, learned_words.data, directory / "bundle"
    export.export(run, data, out, "dev", ["dev", "tones"], clip=clip)
    return out


def test_a_run_of_a_classifier_becomes_a_keyword_bundle(keywords):
    opened = Transcriber(bundle.load(str(keywords)))
    check_golden(opened)
    manifest = opened.manifest
    assert (manifest.kind, manifest.labels) == ("keyword", tuple(tone_corpus.WORDS))
    assert manifest.golden.transcript == "fed"
    assert manifest.license == "CC BY-SA 4.0"
    assert manifest.metrics["tones"] == {"utterances": 6, "accuracy": 1.0}
    assert (
        opened.transcribe(toy_model.encode(tone_corpus.tones("big cab")), MINUTE).text == "big cab"
    )


def test_its_card_shows_what_was_confused(keywords):
    assert {path.name for path in keywords.iterdir()} == {
        "manifest.json", "model.pt", "MODEL_CARD.md", "measurements.json", "curves.svg",
        "reliability.svg", "confusion_matrix.svg",
    }  # fmt: skip
    card = (keywords / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| dev | fsdd | 3 | 3 | 1.000 |" in card


def test_what_was_measured_is_kept_beside_the_card(learned, exported):
    kept = Measurements.read(exported)
    assert (kept.calibration_set, list(kept.sets)) == ("dev", ["dev", "tones"])
    utterances = read_manifest(learned.data / "tones" / "manifest.tsv")
    opened = Transcriber(bundle.load(str(exported)))
    heard = bundle_report(transcribe_corpus(opened, utterances), opened)
    stored = dict(kept.sets["tones"])
    assert stored.pop("clips_listed") == 3
    assert stored | {"real_time_factor": 0.0} == heard | {"real_time_factor": 0.0}
    assert heard["word_timing"]["model"]["words"] == 7
    assert kept.fidelity is not None
    assert kept.fidelity.precision == "float32"


def test_a_reference_is_put_beside_the_model(learned, tmp_path):
    songs = reports.REFERENCE_REPORT["sets"]["songs-test"]
    report = tmp_path / "reference.json"
    report.write_text(json.dumps(reports.REFERENCE_REPORT | {"sets": {"dev": songs}}))
    out = tmp_path / "bundle"
    export.export(learned.run, learned.data, out, "dev", ["dev"], reference=report)
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| dev | learned | 3 of 3 | 0.000 |" in card
    assert "| dev | pocketsphinx-en-us | 5 of 12 | 0.654 |" in card
