from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from asr.audio.audio import SAMPLE_RATE
from tests.support import tone_corpus
from training.augment import WaveformAugmentation
from training.data import corpus, text
from training.data.batch_sampler import BatchSchedule
from training.data.dataset import (
    SpeechDataset,
    collate,
    evaluation_loader,
    training_loader,
)

TEXTS = ["a", "bc", "def", "ghij", "klmno"]


@pytest.fixture(scope="module")
def two_corpora(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    one = tone_corpus.write(folder / "one", TEXTS[:3], corpus="an4")
    other = tone_corpus.write(folder / "other", TEXTS[3:], corpus="lj")
    other.write_text(other.read_text().replace("0.480", "9.000"))  # a duration that is wrong
    return [corpus.load(manifest, folder / "cache") for manifest in (one, other)]


def test_an_index_runs_through_all_corpora(two_corpora):
    dataset = SpeechDataset(two_corpora)
    items = [dataset[index, 0] for index in range(len(dataset))]
    assert [transcript for _, transcript in items] == TEXTS
    for (waveform, transcript), seconds in zip(items, dataset.seconds, strict=True):
        assert torch.allclose(waveform, torch.from_numpy(tone_corpus.sing(transcript)), atol=1e-4)
        assert seconds == len(waveform) / SAMPLE_RATE


def test_a_waveform_is_altered_by_its_number_and_index_alone(two_corpora):
    dataset = SpeechDataset(two_corpora, WaveformAugmentation())
    torch.manual_seed(1)
    first = dataset[2, 7][0]
    torch.manual_seed(2)
    assert torch.equal(dataset[2, 7][0], first)
    assert not torch.equal(dataset[2, 8][0][:1000], first[:1000])


def test_a_clip_counts_with_what_is_left_of_it(tmp_path):
    silence = np.zeros(SAMPLE_RATE, np.float32)
    said = np.concatenate([silence, tone_corpus.sing("abc"), silence])
    manifest = tone_corpus.write_spoken(tmp_path / "spoken", [("fsdd", "abc", said)])
    loaded = [corpus.load(manifest, tmp_path / "cache")]
    whole = SpeechDataset(loaded, WaveformAugmentation())
    trimmed = SpeechDataset(loaded, WaveformAugmentation(trim_db=50))
    assert whole.seconds == [pytest.approx(2.36)]
    assert trimmed.seconds == [pytest.approx(0.36 + 0.06, abs=0.02)]


def test_another_seed_alters_otherwise(two_corpora):
    one, other = (SpeechDataset(two_corpora, WaveformAugmentation(), seed) for seed in (1, 2))
    assert not torch.equal(one[2, 7][0][:1000], other[2, 7][0][:1000])


def test_an_emptied_item_has_neither_speech_nor_text(two_corpora):
    dataset = SpeechDataset(two_corpora, WaveformAugmentation(0.0, 0.0, 0.0, empty_probability=1.0))
    for index in range(len(dataset)):
        tensor, transcript = dataset[index, 3]
        waveform, song = tensor.numpy(), tone_corpus.sing(TEXTS[index])
        assert transcript == ""
        assert len(waveform) == len(song)
        alike = np.linalg.norm(waveform) * np.linalg.norm(song)
        assert abs(np.dot(waveform, song)) <= 0.1 * alike


def test_all_that_is_said_is_told_and_nothing_where_clips_are_emptied(two_corpora):
    assert SpeechDataset(two_corpora).texts() == set(TEXTS)
    emptied = WaveformAugmentation(empty_probability=0.1)
    assert SpeechDataset(two_corpora, emptied).texts() == {"", *TEXTS}


def test_behind_a_clip_talk_the_others(two_corpora):
    augment = WaveformAugmentation(0.0, 0.0, 0.0, babble_probability=1.0, babble_snr_db=(0.0, 0.0))
    waveform = SpeechDataset(two_corpora, augment)[4, 1][0].numpy()
    added = waveform - tone_corpus.sing(TEXTS[4])
    assert np.mean(added**2) == pytest.approx(np.mean(tone_corpus.sing(TEXTS[4]) ** 2), rel=0.2)


@given(st.lists(st.tuples(st.integers(1, 50), st.text(text.CHARACTERS)), min_size=1, max_size=5))
def test_a_batch_holds_each_item_and_zeros_after_it(clips):
    items = [(torch.ones(length), transcript) for length, transcript in clips]
    batch = collate(items)
    assert batch.waveforms.shape == (len(clips), max(length for length, _ in clips))
    assert batch.waveforms.sum(1).tolist() == batch.samples.tolist() == [n for n, _ in clips]
    assert batch.texts == [transcript for _, transcript in clips]
    for row, count, transcript in zip(batch.labels, batch.characters, batch.texts, strict=True):
        assert row[:count].tolist() == text.encode(transcript)
        assert not row[count:].any()


def test_training_follows_the_schedule(two_corpora):
    dataset = SpeechDataset(two_corpora)
    schedule = BatchSchedule(dataset.seconds, 1.0, seed=3, start=4)
    loaded = [batch.texts for batch in islice(training_loader(dataset, schedule, 0), 12)]
    assert loaded == [[TEXTS[index] for index, _ in batch] for batch in islice(schedule, 12)]


def test_evaluation_hears_every_utterance_once_and_unaltered(two_corpora):
    batches = list(evaluation_loader(SpeechDataset(two_corpora), 1.0))
    assert sorted(t for batch in batches for t in batch.texts) == sorted(TEXTS)
    assert len(batches) > 1
    for batch in batches:
        for row, count, transcript in zip(batch.waveforms, batch.samples, batch.texts, strict=True):
            assert np.allclose(row[:count], tone_corpus.sing(transcript), atol=1e-4)
