from dataclasses import replace

import numpy as np
import pytest

from asr.audio.audio import SAMPLE_RATE
from tests.support import tone_corpus
from training.augment import WaveformAugmentation
from training.data import corpus, phone_spans, phones
from training.data.phone_spans import (
    SpanDataset,
    by_frame,
    heard,
    within,
)
from training.data.phones import INDEX, PHONES
from training.errors import InputError

OFF = WaveformAugmentation(speed=0.0, gain_db=0.0, noise_probability=0.0)
# "abc": each character a phone of 12 frames, as it is sung.
ABC = [(("ah", 12), ("b", 12)), (("k", 12),)]


@pytest.fixture
def songs(tmp_path):
    manifest = tone_corpus.write(tmp_path / "songs", ["abc", "fed"])
    phones.write(tmp_path / "songs" / phones.FILE, {"0.flac": ABC})
    return corpus.load(manifest, tmp_path / "cache")


def test_a_frame_has_the_phone_that_is_said_then():
    frames = by_frame([(("sil", 2),), (("n", 1), ("ow", 3))])
    assert [PHONES[index] for index in frames] == ["sil", "sil", "n", "ow", "ow", "ow"]


def test_spans_are_of_one_to_three_words_silence_between_them_included():
    words = [(("sil", 9),), (("ah", 20),), (("sil", 5),), (("b", 20),), (("k", 20),), (("d", 20),)]
    assert sorted(within(words)) == [
        (9, 29), (9, 54), (9, 74), (34, 54), (34, 74), (34, 94), (54, 74), (54, 94), (74, 94),
    ]  # fmt: skip


def test_spans_are_neither_too_short_nor_too_long():
    words = [(("ah", phone_spans.SHORTEST - 1),), (("b", phone_spans.LONGEST),)]
    assert list(within(words)) == [
        (phone_spans.SHORTEST - 1, phone_spans.SHORTEST - 1 + phone_spans.LONGEST)
    ]


def test_phones_move_with_the_speed_and_the_silence_before():
    frames = by_frame([(("ah", 10), ("b", 10))])
    names = [PHONES[index] for index in heard(frames, 15, factor=2.0, before=3 * phone_spans.FRAME)]
    assert names == ["sil"] * 3 + ["ah"] * 5 + ["b"] * 5 + ["sil"] * 2


def test_a_clip_without_phones_is_passed_over(songs):
    dataset = SpanDataset([songs])
    assert len(dataset) == 2  # the first word and both; the other is too short
    assert sorted(dataset.seconds) == [0.24, 0.36]


def test_what_is_not_altered_has_the_phones_that_were_aligned(songs):
    dataset = SpanDataset([songs])
    waveform, text = dataset[0, 0]
    assert len(waveform) == 0.24 * SAMPLE_RATE
    assert text.split()[:24] == ["ah"] * 12 + ["b"] * 12


def test_what_is_altered_has_its_phones_where_its_sounds_are(songs):
    """Where it is loud a phone is said, at whatever speed and after whatever silence."""
    augment = replace(OFF, speed=0.3, shift_seconds=0.2)
    dataset = SpanDataset([songs], augment, seed=1)
    whole = dataset.seconds.index(0.36)
    for number in range(20):
        waveform, text = dataset[whole, number]
        names = text.split()
        assert len(names) == len(waveform) // phone_spans.FRAME + 1
        factor = names.count("k") and 12 / names.count("k")
        assert 0.65 < factor < 1.35
        levels = np.square(waveform.numpy()[: len(names[:-1]) * phone_spans.FRAME].reshape(-1, 160))
        loud = levels.mean(1) > 1e-3
        said = np.array([name != phones.SILENCE for name in names[:-1]])
        assert np.mean(loud == said) > 0.75  # tones have gaps between them
        assert not loud[: max(said.argmax() - 2, 0)].any()


def test_the_seed_the_number_and_the_index_alter(songs):
    dataset = SpanDataset([songs], WaveformAugmentation(), seed=3)
    first, text = dataset[1, 5]
    again, same = dataset[1, 5]
    other, _ = dataset[1, 6]
    assert np.array_equal(first, again)
    assert text == same
    assert not np.array_equal(first[:1000], other[:1000])


@pytest.mark.parametrize(
    "change", [{"crop": 0.1}, {"trim_db": 50.0}, {"cut_probability": 0.5}, {"empty_probability": 1}]
)
def test_frames_are_not_cut_off(songs, change):
    with pytest.raises(InputError, match="neither trimmed, cropped nor emptied"):
        SpanDataset([songs], replace(OFF, **change))


def test_a_corpus_without_phones_is_an_error(songs):
    (songs.folder / phones.FILE).unlink()
    with pytest.raises(OSError, match=r"phones\.tsv"):
        SpanDataset([songs])


def test_all_phones_can_be_said(songs):
    assert SpanDataset([songs]).texts() == INDEX.keys()
