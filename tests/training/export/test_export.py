import json
import shutil
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import patch

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
from training.data.written_text import WRITTEN_ALPHABET
from training.errors import InputError
from training.evaluation.calibration import confidence_pairs, fit_platt_scaling
from training.evaluation.inference import transcribe_corpus
from training.evaluation.report import bundle_report, recognition_report
from training.export import export
from training.export.bundle_writer import GOLDEN_CLIP
from training.fit import checkpoint
from training.networks.registry import build

MINUTE = Budget(max_seconds=60.0)


@pytest.fixture(scope="module")
def export_run(learned, tmp_path_factory):
    """The bundle of a run, and how often its export loaded a TorchScript file."""
    out = tmp_path_factory.mktemp("bundles") / "learned"
    with patch.object(torch.jit, "load", wraps=torch.jit.load) as load:
        export.export_run(learned.run, learned.data, out, "dev", ["dev", "tones"])
    return SimpleNamespace(out=out, loads=load.call_count)


@pytest.fixture(scope="module")
def exported(export_run):
    return export_run.out


@pytest.fixture(scope="module")
def transcriber(exported):
    return Transcriber(bundle.load(str(exported)))


@pytest.fixture(scope="module")
def int8(learned, tmp_path_factory):
    """A bundle by the command line: int8, calibrated on wrong transcripts, with a reference.

    The run has not ended: its curves are not drawn. Another bundle is replaced.
    """
    directory = tmp_path_factory.mktemp("int8")
    run = directory / "runs" / learned.run.name
    shutil.copytree(learned.run, run)
    (run / "curves.svg").unlink()
    out = toy_model.write_bundle(directory / "out")
    (out / "stale.txt").write_text("from before")
    songs = reports.REFERENCE_REPORT["sets"]["songs-test"]
    reference = directory / "reference.json"
    reference.write_text(json.dumps(reports.REFERENCE_REPORT | {"sets": {"dev": songs}}))
    options = f"{run} --data {learned.data} --out {out} --calibrate misheard --measure dev"
    options += f" --precision int8-dynamic --reference {reference}"
    export.main(options.split())
    return out


def test_a_run_becomes_a_bundle_that_reproduces_its_golden_transcript(exported, transcriber):
    assert {path.name for path in exported.iterdir()} == {
        "manifest.json", "model.pt", "MODEL_CARD.md", "measurements.json", "curves.svg",
        "reliability.svg",
    }  # fmt: skip
    check_golden(transcriber)
    assert transcriber.manifest.golden.audio == GOLDEN_CLIP.read_bytes()


def test_an_export_loads_the_model_once_to_measure_and_once_to_verify(export_run):
    assert export_run.loads == 2


def test_the_bundle_transcribes_as_the_network_was_trained_to(transcriber):
    for text in ("abc de", "fed cab", "a bad cafe"):
        assert (
            transcriber.transcribe(toy_model.encode(tone_corpus.tones(text)), MINUTE).text == text
        )


def test_the_bundle_computes_the_log_probabilities_of_the_checkpoint(learned, exported):
    recogniser, recipe, frame_seconds = checkpoint.load_recogniser(learned.run / "best.ckpt")
    samples = tone_corpus.tones("abc de")
    (written,) = AcousticModel(bundle.load(str(exported))).log_probs([samples])
    with torch.inference_mode():
        expected, _ = recogniser(torch.from_numpy(samples)[None], torch.tensor([len(samples)]))
    assert np.allclose(written, expected[0].numpy(), atol=1e-4)
    assert recipe == learned.recipe
    assert frame_seconds == 0.04


def test_the_metrics_of_the_manifest_are_those_of_evaluation(learned, transcriber):
    manifest = transcriber.manifest
    for folder in ("dev", "tones"):
        utterances = read_manifest(learned.data / folder / "manifest.tsv")
        rates = recognition_report(transcribe_corpus(transcriber, utterances))["all"]
        assert manifest.metrics[folder] == {k: rates[k] for k in ("utterances", "wer", "cer")}
        assert manifest.metrics[folder] == {"utterances": 3, "wer": 0.0, "cer": 0.0}


def test_the_manifest_describes_the_model(transcriber):
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


def test_confidence_is_fitted_on_uncalibrated_results(learned, exported, transcriber):
    opened = bundle.load(str(exported))
    plain = replace(opened, manifest=replace(opened.manifest, confidence=Confidence()))
    utterances = read_manifest(learned.data / "dev" / "manifest.tsv")
    results = transcribe_corpus(Transcriber(plain, model=transcriber.model), utterances)
    assert (
        transcriber.manifest.confidence
        == fit_platt_scaling(*confidence_pairs(results))
        != Confidence()
    )


def test_confidence_is_fitted_on_the_data_set_for_calibration(transcriber, int8):
    modest, sure = (
        each.transcribe(toy_model.encode(tone_corpus.tones("abc de")), MINUTE).words[0].confidence
        for each in (Transcriber(bundle.load(str(int8))), transcriber)
    )
    assert modest < 0.7 < sure


def test_the_card_has_the_measured_rates(exported):
    card = (exported / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| dev | all | 3 | 7 | 0.000 | 0.000 | 0.000 to 0.000 | 0 | 0 | 0 |" in card
    assert "| tones | an4 | 3 | 7 | 0.000 | 0.000 | 0.000 to 0.000 | 0 | 0 | 0 |" in card
    assert "fitted on dev" in card


def test_the_measurements_are_stored_with_the_bundle(learned, exported, transcriber):
    kept = Measurements.read(exported)
    assert (kept.calibration_set, list(kept.sets)) == ("dev", ["dev", "tones"])
    utterances = read_manifest(learned.data / "tones" / "manifest.tsv")
    expected = bundle_report(transcribe_corpus(transcriber, utterances), transcriber)
    stored = dict(kept.sets["tones"])
    assert stored.pop("clips_listed") == 3
    assert stored | {"real_time_factor": 0.0} == expected | {"real_time_factor": 0.0}
    assert expected["word_timing"]["model"]["words"] == 7
    assert kept.fidelity is not None
    assert kept.fidelity.precision == "float32"


def test_a_run_that_has_not_ended_can_be_exported(int8):
    assert (int8 / "curves.svg").exists()


def test_an_export_replaces_all_of_the_bundle_that_was_there(int8):
    assert json.loads((int8 / "manifest.json").read_text())["name"] == "learned"
    assert not (int8 / "stale.txt").exists()
    assert [path.name for path in int8.parent.iterdir() if path.name.startswith(".")] == []


def test_a_reference_recogniser_is_listed_in_the_card(int8):
    card = (int8 / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| dev | learned | 3 of 3 | 0.000 |" in card
    assert "| dev | pocketsphinx-en-us | 5 of 12 | 0.654 |" in card


def test_the_card_has_the_cost_of_a_lower_precision(int8):
    assert bundle.load(str(int8)).manifest.precision == "int8-dynamic"
    comparison = Measurements.read(int8).fidelity
    assert comparison is not None
    assert comparison.wer == comparison.network_wer
    card = (int8 / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "(int8-dynamic)" in card
    assert "on the first 3 clips of misheard: log-probabilities" in card
    assert f"{comparison.wer:.3f} against {comparison.wer:.3f}" in card


def test_an_export_that_fails_leaves_the_bundle_that_was_there(learned, tmp_path):
    toy_model.write_bundle(tmp_path / "out")
    with pytest.raises(FileNotFoundError):
        export.export_run(learned.run, learned.data, tmp_path / "out", "nowhere", ["dev"])
    assert bundle.load(str(tmp_path / "out")).manifest.name == "toy"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_run_of_phones_cannot_be_exported(learned, tmp_path, monkeypatch):
    def of_phones(file):
        recogniser, recipe, frame_seconds = checkpoint.load_recogniser(file)
        return recogniser, replace(recipe, task="phones"), frame_seconds

    monkeypatch.setattr(export, "load_recogniser", of_phones)
    with pytest.raises(InputError, match="trained on the task 'phones', which no bundle serves"):
        export.export_run(learned.run, learned.data, tmp_path / "out", "dev", ["dev"])
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def keywords(learned_words, tmp_path_factory):
    directory = tmp_path_factory.mktemp("keywords")
    clip = directory / "clip.flac"
    clip.write_bytes(toy_model.encode(tone_corpus.tones("fed"), "FLAC"))
    run, data, out = learned_words.run, learned_words.data, directory / "bundle"
    export.export_run(run, data, out, "dev", ["dev", "tones"], clip=clip)
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


def test_a_keyword_bundle_has_a_confusion_matrix(keywords):
    assert {path.name for path in keywords.iterdir()} == {
        "manifest.json", "model.pt", "MODEL_CARD.md", "measurements.json", "curves.svg",
        "reliability.svg", "confusion_matrix.svg",
    }  # fmt: skip
    card = (keywords / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| dev | fsdd | 3 | 3 | 1.000 |" in card


def test_a_network_with_written_labels_has_the_written_alphabet():
    parameters = {"width": 8, "heads": 2, "layers": 2, "labels": "written"}
    recogniser, frame_seconds = build("whisper_ctc", {"mels": 16}, parameters)
    fields = export.FIELDS["ctc"](recogniser, frame_seconds)
    assert (fields["labels"], fields["blank"]) == (WRITTEN_ALPHABET.labels, 59)
