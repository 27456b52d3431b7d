from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.data import corpus, text
from training.data.batch_sampler import BatchSampler
from training.data.dataset import SpeechDataset
from training.data.loaders import TARGET_PADDING, collate, evaluation_loader, training_loader

TEXTS = ["a", "bc", "def", "ghij", "klmno"]


def transcripts(batch):
    targets = zip(batch.targets, batch.target_lengths, strict=True)
    return [text.decode(target[:length].tolist()) for target, length in targets]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    manifest = tone_corpus.write_corpus(folder / "tones", TEXTS)
    return SpeechDataset([corpus.load_corpus(manifest, folder / "cache")])


@given(st.lists(st.tuples(st.integers(1, 50), st.text(text.CHARACTERS)), min_size=1, max_size=5))
def test_a_batch_pads_each_waveform_and_target(clips):
    items = [(torch.ones(length), torch.tensor(text.encode(t)).long()) for length, t in clips]
    batch = collate(items)
    assert batch.waveforms.shape == (len(clips), max(length for length, _ in clips))
    assert batch.waveforms.sum(1).tolist() == batch.lengths.tolist() == [n for n, _ in clips]
    targets = zip(batch.targets, batch.target_lengths, strict=True)
    for (row, count), (_, transcript) in zip(targets, clips, strict=True):
        assert row[:count].tolist() == text.encode(transcript)
        assert (row[count:] == TARGET_PADDING).all()


def test_training_batches_follow_the_sampler(dataset):
    sampler = BatchSampler(dataset.seconds, batch_seconds=1.0, seed=3, start_step=4)
    loaded = [transcripts(batch) for batch in islice(training_loader(dataset, sampler, 0), 12)]
    assert loaded == [[TEXTS[index] for index, _ in batch] for batch in islice(sampler, 12)]


def test_evaluation_yields_every_utterance_once_and_unmodified(dataset):
    batches = list(evaluation_loader(dataset, 1.0))
    assert sorted(spoken for batch in batches for spoken in transcripts(batch)) == sorted(TEXTS)
    assert len(batches) > 1
    for batch in batches:
        rows = zip(batch.waveforms, batch.lengths, transcripts(batch), strict=True)
        for row, count, spoken in rows:
            assert np.allclose(row[:count], tone_corpus.tones(spoken), atol=1e-4)
