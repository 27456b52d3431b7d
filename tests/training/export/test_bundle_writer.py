from dataclasses import replace

import pytest

from asr import bundle
from asr.errors import ModelUnavailableError
from asr.manifest import BeamSearchConfig, Confidence
from asr.settings import BEAM
from asr.transcriber import Transcriber, check_golden
from tests.support import ngram_toy, toy_model
from training.export.bundle_writer import (
    LANGUAGE_MODEL_FILE,
    new_bundle,
    update_manifest,
    with_language_model,
    write_bundle,
)
from training.export.manifest_fields import ctc_fields

SEARCH = BeamSearchConfig(lm_weight=1.0, word_score=0.0, unk_score=0.0, beam_size=16)


@pytest.fixture
def opened(tmp_path):
    """The toy model's bundle before its manifest is written, with the golden clip "bad cab"."""
    (tmp_path / "model.pt").write_bytes(toy_model.torchscript())
    (tmp_path / "clip.wav").write_bytes(toy_model.text_wav("bad cab"))
    return new_bundle(
        tmp_path,
        fields=ctc_fields(0.02),
        name="toy",
        version="2",
        license="MIT",
        clip=tmp_path / "clip.wav",
    )


def test_the_golden_transcript_is_that_of_the_model_itself(opened, tmp_path):
    write_bundle(tmp_path, Transcriber(opened))
    written = bundle.load(str(tmp_path))
    assert written.manifest.golden.transcript == "bad cab"
    assert written.manifest.confidence == Confidence(1.0, 0.0)
    check_golden(Transcriber(written))


@pytest.mark.parametrize(("precision", "version"), [("float32", "2"), ("bfloat16", "2-bfloat16")])
def test_a_lower_precision_is_part_of_the_version(precision, version, tmp_path):
    (tmp_path / "model.pt").write_bytes(toy_model.torchscript())
    identity = {"name": "toy", "version": "2", "license": "MIT", "precision": precision}
    opened = new_bundle(tmp_path, fields=ctc_fields(0.02), **identity)
    assert (opened.manifest.version, opened.manifest.precision) == (version, precision)


def test_changes_in_memory_and_metrics_are_written(opened, tmp_path):
    calibrated = update_manifest(opened, confidence=Confidence(0.5, 0.25))
    metrics = {"dev": {"utterances": 3, "wer": 0.0, "cer": 0.0}}
    write_bundle(tmp_path, Transcriber(calibrated), metrics)
    expected = replace(
        calibrated.manifest,
        metrics=metrics,
        golden=replace(calibrated.manifest.golden, transcript="bad cab"),
    )
    assert bundle.load(str(tmp_path)).manifest == expected


def test_a_beam_transcriber_writes_only_the_golden_transcript_of_the_language_model(
    opened, tmp_path
):
    write_bundle(tmp_path, Transcriber(opened))
    greedy = bundle.load(str(tmp_path))
    content = ngram_toy.content()
    (tmp_path / LANGUAGE_MODEL_FILE).write_bytes(content)
    added = with_language_model(greedy, content, SEARCH, Confidence(), [])
    write_bundle(tmp_path, Transcriber(added, BEAM))
    written = bundle.load(str(tmp_path)).manifest
    assert written.language_model is not None
    assert written.language_model.golden == "bad cab"
    assert replace(written, language_model=None) == greedy.manifest


def test_a_bundle_that_does_not_reproduce_its_golden_transcript_is_rejected(opened, tmp_path):
    write_bundle(tmp_path, Transcriber(opened))
    golden = replace(
        opened.manifest.golden, audio=toy_model.text_wav("other"), transcript="bad cab"
    )
    content = ngram_toy.content()
    (tmp_path / LANGUAGE_MODEL_FILE).write_bytes(content)
    altered = with_language_model(
        update_manifest(opened, golden=golden), content, SEARCH, Confidence(), []
    )
    with pytest.raises(ModelUnavailableError, match="golden clip as 'other', expected 'bad cab'"):
        write_bundle(tmp_path, Transcriber(altered, BEAM))
