import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.audio.audio import Budget
from asr.channel_transcription import transcribe_channels
from asr.channels import SeparateChannels
from asr.choices import OptionError
from asr.errors import TooLongError, TooShortError
from asr.vocabulary import parse
from tests.support import toy_model
from tests.support.toy_model import channels_wav

BUDGET = Budget(max_seconds=60.0)


def spoken(transcript):
    """The words of each channel."""
    return {
        channel: " ".join(word.word for word in transcript.words if word.channel == channel)
        for channel in transcript.channels
    }


words = st.lists(st.text("abcdefgh", min_size=1, max_size=5), min_size=1, max_size=4).map(" ".join)


@settings(max_examples=15)
@given(st.lists(words, min_size=1, max_size=4))
def test_each_channel_has_the_words_that_it_has_alone(toy_transcriber, texts):
    found = transcribe_channels(toy_transcriber, channels_wav(*texts), SeparateChannels(), BUDGET)
    assert list(spoken(found).values()) == texts
    for channel, text in zip(found.channels, texts, strict=True):
        alone = toy_transcriber.transcribe(toy_model.text_wav(text), BUDGET)
        mine = [word for word in found.words if word.channel == channel]
        assert [(w.word, w.start, w.end) for w in mine] == [
            (w.word, w.start, w.end) for w in alone.words
        ]


def test_the_words_are_in_order_of_time(toy_transcriber):
    found = transcribe_channels(
        toy_transcriber, channels_wav("a bb ccc", "dd e ffff"), SeparateChannels(), BUDGET
    )
    starts = [word.start for word in found.words]
    assert starts == sorted(starts)
    assert len(found.words) == 6


def test_names_of_the_caller_name_the_channels(toy_transcriber):
    named = SeparateChannels(("agent", "customer"))
    found = transcribe_channels(toy_transcriber, channels_wav("hello", "bye"), named, BUDGET)
    assert spoken(found) == {"agent": "hello", "customer": "bye"}


@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_names_is_refused(toy_transcriber, count):
    named = SeparateChannels(tuple("abc"[:count]))
    with pytest.raises(OptionError, match=f"has {count} names, and the audio 2 channels"):
        transcribe_channels(toy_transcriber, channels_wav("hello", "bye"), named, BUDGET)


def test_a_silent_channel_has_no_words(toy_transcriber):
    audio = np.column_stack([toy_model.text_waveform("hello")] * 2)
    audio[:, 0] = 0.0
    found = transcribe_channels(
        toy_transcriber, toy_model.encode(audio), SeparateChannels(), BUDGET
    )
    assert spoken(found) == {"left": "", "right": "hello"}


def test_the_budget_counts_the_seconds_of_all_channels(toy_transcriber):
    audio = channels_wav("hello there", "hello there")
    seconds = len(toy_model.text_waveform("hello there")) / 16_000
    enough = Budget(max_seconds=2 * seconds)
    assert transcribe_channels(toy_transcriber, audio, SeparateChannels(), enough).words
    with pytest.raises(TooLongError, match="The 2 channels of the audio are longer than"):
        transcribe_channels(
            toy_transcriber, audio, SeparateChannels(), Budget(max_seconds=1.9 * seconds)
        )


def test_ten_milliseconds_are_too_short(toy_transcriber):
    with pytest.raises(TooShortError):
        transcribe_channels(
            toy_transcriber, toy_model.encode(np.ones((160, 2), np.float32)), SeparateChannels()
        )


class Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False


def test_a_source_that_cannot_seek_is_read_once(toy_transcriber):
    source = Unseekable(channels_wav("hello", "bye"))
    found = transcribe_channels(toy_transcriber, source, SeparateChannels(), BUDGET)
    assert spoken(found) == {"left": "hello", "right": "bye"}


def test_progress_goes_on_from_channel_to_channel(toy_transcriber):
    reported: list[float] = []
    audio = channels_wav("hello", "bye")
    transcribe_channels(
        toy_transcriber,
        audio,
        SeparateChannels(),
        BUDGET,
        lambda done, coming: reported.append(round(done, 3)),
    )
    seconds = len(toy_model.text_waveform("hello")) / 16_000
    assert reported == [0.0, round(seconds, 3)]


def test_a_vocabulary_applies_to_each_channel(ngram_transcriber):
    waveform = toy_model.text_waveform("a dab", frames_per_character=1)
    audio = toy_model.encode(np.column_stack([waveform, waveform]))
    found = transcribe_channels(
        ngram_transcriber, audio, SeparateChannels(), BUDGET, vocabulary=parse(["Dab"])
    )
    assert [word.punctuated_word for word in found.words] == ["a", "a", "Dab", "Dab"]


def test_memory_does_not_grow_with_the_duration(toy_transcriber):
    def peak(minutes: int) -> int:
        audio = io.BytesIO(
            toy_model.encode(np.zeros((16_000 * 60 * minutes, 2), np.float32), "FLAC")
        )
        tracemalloc.start()
        transcribe_channels(toy_transcriber, audio, SeparateChannels(), Budget(3600.0))
        _, found = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return found

    assert peak(8) < 1.5 * peak(2) + 4_000_000
