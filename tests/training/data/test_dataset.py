import numpy as np
import pytest
import torch

from asr.audio.audio import SAMPLE_RATE
from tests.support import tone_corpus
from training.augment import WaveformAugmentation
from training.data import corpus, text
from training.data.dataset import (
    KeywordDataset,
    SpeechDataset,
    WrittenDataset,
)
from training.data.written_text import WRITTEN_ALPHABET
from training.errors import InputError

TEXTS = ["a", "bc", "def", "ghij", "klmno"]


@pytest.fixture(scope="module")
def two_corpora(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    one = tone_corpus.write_corpus(folder / "one", TEXTS[:3], corpus="an4")
    other = tone_corpus.write_corpus(folder / "other", TEXTS[3:], corpus="lj")
    other.write_text(other.read_text().replace("0.480", "9.000"))  # a wrong duration
    return [corpus.load_corpus(manifest, folder / "cache") for manifest in (one, other)]


def test_indices_continue_over_all_corpora(two_corpora):
    dataset = SpeechDataset(two_corpora)
    items = [dataset[index, 0] for index in range(len(dataset))]
    assert [text.decode(target.tolist()) for _, target in items] == TEXTS
    for (waveform, _), spoken, seconds in zip(items, TEXTS, dataset.seconds, strict=True):
        assert torch.allclose(waveform, torch.from_numpy(tone_corpus.tones(spoken)), atol=1e-4)
        assert seconds == len(waveform) / SAMPLE_RATE


def test_the_serial_number_and_the_index_alone_determine_the_augmentation(two_corpora):
    dataset = SpeechDataset(two_corpora, WaveformAugmentation())
    torch.manual_seed(1)
    first = dataset[2, 7][0]
    torch.manual_seed(2)
    assert torch.equal(dataset[2, 7][0], first)
    assert not torch.equal(dataset[2, 8][0][:1000], first[:1000])


def test_durations_are_those_of_trimmed_clips(tmp_path):
    silence = np.zeros(SAMPLE_RATE, np.float32)
    padded = np.concatenate([silence, tone_corpus.tones("abc"), silence])
    manifest = tone_corpus.write_clips(tmp_path / "padded", [("fsdd", "abc", padded)])
    loaded = [corpus.load_corpus(manifest, tmp_path / "cache")]
    whole = SpeechDataset(loaded, WaveformAugmentation())
    trimmed = SpeechDataset(loaded, WaveformAugmentation(trim_db=50))
    assert whole.seconds == [pytest.approx(2.36)]
    assert trimmed.seconds == [pytest.approx(0.36 + 0.06, abs=0.02)]


def test_another_seed_gives_another_augmentation(two_corpora):
    one, other = (SpeechDataset(two_corpora, WaveformAugmentation(), seed) for seed in (1, 2))
    assert not torch.equal(one[2, 7][0][:1000], other[2, 7][0][:1000])


def test_a_silenced_item_has_neither_speech_nor_transcript(two_corpora):
    augment = WaveformAugmentation(0.0, 0.0, 0.0, silence_probability=1.0)
    dataset = SpeechDataset(two_corpora, augment)
    for index, spoken in enumerate(TEXTS):
        tensor, target = dataset[index, 3]
        waveform, original = tensor.numpy(), tone_corpus.tones(spoken)
        assert target.tolist() == []
        assert len(waveform) == len(original)
        norms = np.linalg.norm(waveform) * np.linalg.norm(original)
        assert abs(np.dot(waveform, original)) <= 0.1 * norms


def test_babble_consists_of_other_clips(two_corpora):
    augment = WaveformAugmentation(0.0, 0.0, 0.0, babble_probability=1.0, babble_snr_db=(0.0, 0.0))
    waveform = SpeechDataset(two_corpora, augment)[4, 1][0].numpy()
    added = waveform - tone_corpus.tones(TEXTS[4])
    assert np.mean(added**2) == pytest.approx(np.mean(tone_corpus.tones(TEXTS[4]) ** 2), rel=0.2)


def test_the_target_of_a_keyword_is_the_index_of_its_label(two_corpora):
    dataset = KeywordDataset(two_corpora, TEXTS[::-1])
    assert [dataset[index, 0][1].tolist() for index in range(5)] == [[4], [3], [2], [1], [0]]


def test_a_transcript_that_is_not_a_label_is_rejected(two_corpora):
    with pytest.raises(InputError, match="transcript 'klmno' is not a label; the labels are a, bc"):
        KeywordDataset(two_corpora, TEXTS[:4])


def test_silenced_clips_need_an_empty_label(two_corpora):
    augment = WaveformAugmentation(silence_probability=0.1)
    with pytest.raises(InputError, match="transcript '' is not a label"):
        KeywordDataset(two_corpora, TEXTS, augment)


def test_written_targets_are_written_text_or_else_plain(tmp_path):
    manifest = tone_corpus.write_corpus(tmp_path / "tones", ["Fed, a cab.", "A BAD CAFE"])
    dataset = WrittenDataset([corpus.load_corpus(manifest, tmp_path / "cache")])
    texts = [text.decode(dataset[index, 0][1].tolist(), WRITTEN_ALPHABET) for index in (0, 1)]
    assert texts == ["Fed, a cab.", "a bad cafe"]
