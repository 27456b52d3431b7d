from dataclasses import replace

import numpy as np
import pytest

from asr.audio.audio import SAMPLE_RATE
from tests.support import tone_corpus
from training.augment import WaveformAugmentation
from training.data import corpus, phones
from training.data.phone_spans import (
    FRAME_SAMPLES,
    MAX_FRAMES,
    MIN_FRAMES,
    PhoneSpanDataset,
    frame_phones,
    resample_phones,
    word_spans,
)
from training.data.phones import PHONE_INDEX, PHONES
from training.errors import InputError

OFF = WaveformAugmentation(speed=0.0, gain_db=0.0, noise_probability=0.0)
# "abc": a phone of 12 frames for each character, as long as its tone.
ABC = [(("ah", 12), ("b", 12)), (("k", 12),)]


def names(indices):
    return [PHONES[index] for index in indices]


@pytest.fixture
def aligned(tmp_path):
    manifest = tone_corpus.write_corpus(tmp_path / "tones", ["abc", "fed"])
    phones.write_alignments(tmp_path / "tones" / phones.FILE_NAME, {"0.flac": ABC})
    return corpus.load_corpus(manifest, tmp_path / "cache")


def test_frames_have_the_phones_of_the_alignment():
    frames = frame_phones([(("sil", 2),), (("n", 1), ("ow", 3))])
    assert names(frames) == ["sil", "sil", "n", "ow", "ow", "ow"]


def test_spans_have_one_to_three_words_and_the_silence_between_them():
    words = [(("sil", 9),), (("ah", 20),), (("sil", 5),), (("b", 20),), (("k", 20),), (("d", 20),)]
    assert sorted(word_spans(words)) == [
        (9, 29), (9, 54), (9, 74), (34, 54), (34, 74), (34, 94), (54, 74), (54, 94), (74, 94),
    ]  # fmt: skip


def test_spans_are_neither_too_short_nor_too_long():
    words = [(("ah", MIN_FRAMES - 1),), (("b", MAX_FRAMES),)]
    assert list(word_spans(words)) == [(MIN_FRAMES - 1, MIN_FRAMES - 1 + MAX_FRAMES)]


def test_phones_follow_the_speed_and_the_leading_silence():
    frames = frame_phones([(("ah", 10), ("b", 10))])
    resampled = resample_phones(frames, 15, factor=2.0, padding=3 * FRAME_SAMPLES)
    assert names(resampled) == ["sil"] * 3 + ["ah"] * 5 + ["b"] * 5 + ["sil"] * 2


def test_clips_without_an_alignment_are_skipped(aligned):
    dataset = PhoneSpanDataset([aligned])
    assert len(dataset) == 2  # the first word, and both; the second is too short
    assert sorted(dataset.seconds) == [0.24, 0.36]


def test_without_augmentation_the_target_is_the_alignment(aligned):
    waveform, target = PhoneSpanDataset([aligned])[0, 0]
    assert len(waveform) == 0.24 * SAMPLE_RATE
    assert names(target)[:24] == ["ah"] * 12 + ["b"] * 12


def test_the_target_of_an_augmented_span_matches_its_waveform(aligned):
    """Frames of phones are loud, and frames of silence are not."""
    augment = replace(OFF, speed=0.3, shift_seconds=0.2)
    dataset = PhoneSpanDataset([aligned], augment, seed=1)
    whole = dataset.seconds.index(0.36)
    for number in range(20):
        waveform, target = dataset[whole, number]
        assert len(target) == len(waveform) // FRAME_SAMPLES + 1
        factor = 12 / names(target).count("k")
        assert 0.65 < factor < 1.35
        frames = waveform.numpy()[: (len(target) - 1) * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
        loud = np.square(frames).mean(1) > 1e-3
        speech = target.numpy()[:-1] != PHONE_INDEX[phones.SILENCE]
        assert np.mean(loud == speech) > 0.75  # tones have gaps between them
        assert not loud[: max(speech.argmax() - 2, 0)].any()


def test_the_serial_number_determines_the_augmentation(aligned):
    dataset = PhoneSpanDataset([aligned], WaveformAugmentation(), seed=3)
    first, target = dataset[1, 5]
    again, same = dataset[1, 5]
    other, _ = dataset[1, 6]
    assert np.array_equal(first, again)
    assert np.array_equal(target, same)
    assert not np.array_equal(first[:1000], other[:1000])


@pytest.mark.parametrize("change", [{"crop": 0.1}, {"silence_probability": 1}], ids=str)
def test_an_augmentation_without_alignment_is_rejected(aligned, change):
    with pytest.raises(InputError, match="needs frame-level alignments; remove trim_db, crop"):
        PhoneSpanDataset([aligned], replace(OFF, **change))


def test_a_corpus_without_alignments_is_an_error(aligned):
    (aligned.folder / phones.FILE_NAME).unlink()
    with pytest.raises(OSError, match=r"phones\.tsv"):
        PhoneSpanDataset([aligned])
