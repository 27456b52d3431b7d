"""The embedded bundle is what its manifest and its card say."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from asr import bundle
from asr.audio import audio
from asr.audio.audio import Budget, Waveform
from asr.transcriber import Transcriber
from training.card import card
from training.card.measurements import FILE, Measurements
from training.evaluation.metrics import score

# How far windows may change the transcript of a recording of a few of them, in characters: frames
# beside a seam see half an overlap of context, and features are normalised by window. On real
# speech `benchmarks.longform` found 0.083 (benchmarks/RESULTS.md).
WINDOWS_CHARACTER_EDITS = 0.1


@pytest.fixture(scope="module")
def opened():
    return bundle.load()


@pytest.fixture(scope="module")
def transcriber(opened):
    return Transcriber(opened)


def test_the_card_has_the_error_rates_of_the_manifest(opened):
    card = (bundle.EMBEDDED / "MODEL_CARD.md").read_text()
    assert set(opened.manifest.metrics) >= {"sentences-dev", "sentences-test"}
    for name, rates in opened.manifest.metrics.items():
        assert f"| {name} | all | {rates['utterances']} |" in card
        assert f"| {rates['wer']:.3f} | {rates['cer']:.3f} |" in card
    for source in opened.manifest.sources:
        assert source["name"] in card
        assert source["license"] in card
    assert (bundle.EMBEDDED / "curves.svg").exists()


def test_the_measurements_have_the_error_rates_of_the_manifest(opened):
    measured = Measurements.read(bundle.EMBEDDED)
    for name, rates in opened.manifest.metrics.items():
        found = measured.sets[name]["all"]
        assert found["utterances"] == rates["utterances"]
        # Sums of floats differ by processor and by number of threads, and with them a character.
        assert found["wer"] == pytest.approx(rates["wer"], abs=5e-4)
        assert found["cer"] == pytest.approx(rates["cer"], abs=5e-4)


def test_the_card_is_up_to_date_with_the_measurements(tmp_path):
    for name in ("manifest.json", "model.pt", FILE):
        shutil.copy(bundle.EMBEDDED / name, tmp_path)
    card.update_card(tmp_path)
    assert (tmp_path / card.CARD).read_text() == (bundle.EMBEDDED / card.CARD).read_text()
    assert (bundle.EMBEDDED / "reliability.svg").exists()


def test_silence_gives_an_empty_transcript(transcriber):
    found = transcriber.transcribe_waveform(Waveform(np.zeros(5 * 16_000, np.float32)))
    assert found.text == ""


def test_windows_change_few_characters_of_a_long_recording(opened, transcriber):
    clip = audio.decode(opened.manifest.golden.audio, Budget(max_seconds=60.0))
    recording = Waveform(np.tile(clip.samples, 26))
    whole = Transcriber(replace(opened, manifest=replace(opened.manifest, window_seconds=3600.0)))
    assert recording.seconds > 2 * opened.manifest.window_seconds
    edits = score(
        [whole.transcribe_waveform(recording).text],
        [transcriber.transcribe_waveform(recording).text],
    )
    assert edits.cer <= WINDOWS_CHARACTER_EDITS
