"""Transcription of each channel by itself, as of two speakers of a call, merged by time."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np

from asr.audio import audio
from asr.audio.audio import DEFAULT_BUDGET, AudioSource, Budget
from asr.audio.source import open_source
from asr.audio_warnings import AudioWarning, WarningLog
from asr.channels import SeparateChannels
from asr.errors import TooLongError
from asr.recognisers import ProgressCallback, ignore_progress
from asr.transcriber import Transcriber
from asr.transcript import Timing, Transcript
from asr.types import Channels, Samples
from asr.vocabulary import NO_VOCABULARY, Vocabulary


def transcribe_channels(
    transcriber: Transcriber,
    source: AudioSource,
    separate: SeparateChannels,
    budget: Budget = DEFAULT_BUDGET,
    on_progress: ProgressCallback = ignore_progress,
    decoder: str | None = None,
    track: int | None = None,
    vocabulary: Vocabulary = NO_VOCABULARY,
) -> Transcript:
    """Transcribe the channels of a source one after the other, in memory of a fixed size.

    The source is decoded once per channel, so that no waveform is kept.

    Parameters
    ----------
    transcriber, source, decoder, track, vocabulary
        As for `Transcriber.transcribe_stream`.
    separate : SeparateChannels
    budget : Budget
        `max_seconds` applies to the sum over the channels.
    on_progress : ProgressCallback
        Gets the seconds of all channels.

    Raises
    ------
    AsrError
        As `Transcriber.transcribe_stream`; `OptionError` if the names do not fit the channels.
    """
    with open_source(source) as file:
        counter = _ChannelCounter(separate, budget)
        transcripts: list[Transcript] = []
        channels = 1
        while len(transcripts) < channels:
            log = WarningLog()
            done = sum(transcript.duration for transcript in transcripts)
            with closing(audio.stream_channels(file, budget, log, track)) as blocks:
                one = _channel(counter.counted(blocks), len(transcripts))
                transcript = transcriber.transcribe_blocks(
                    one, _from(done, on_progress), decoder, log, vocabulary
                )
            transcripts.append(transcript)
            channels = counter.channels
    return _merged(transcripts, separate.labels(channels))


class _ChannelCounter:
    """Counts the channels of a stream, under a budget of seconds of all channels.

    Attributes
    ----------
    channels : int
        The most of any block so far.
    """

    def __init__(self, separate: SeparateChannels, budget: Budget) -> None:
        self.channels = 0
        self._names = len(separate.names)
        self._separate = separate
        self._seconds = budget.max_seconds

    def counted(self, blocks: Iterable[Channels]) -> Iterator[Channels]:
        """The blocks, unchanged.

        Raises
        ------
        OptionError
            If there are more channels than names.
        TooLongError
            If the channels together are longer than the budget.
        """
        samples = 0
        for block in blocks:
            self.channels = max(self.channels, block.shape[1])
            if 0 < self._names < self.channels:
                self._separate.labels(self.channels)
            samples += len(block)
            if samples * self.channels > self._seconds * audio.SAMPLE_RATE:
                raise TooLongError(
                    f"The {self.channels} channels of the audio are longer than "
                    f"{self._seconds:g} seconds together."
                )
            yield block


def _channel(blocks: Iterable[Channels], index: int) -> Iterator[Samples]:
    """One channel of a stream; silence in a part of a file that has fewer channels."""
    for block in blocks:
        if index < block.shape[1]:
            yield np.ascontiguousarray(block[:, index])
        else:
            yield np.zeros(len(block), np.float32)


def _from(done: float, on_progress: ProgressCallback) -> ProgressCallback:
    return lambda seconds, coming: on_progress(done + seconds, coming)


def _merged(transcripts: Sequence[Transcript], labels: Sequence[str]) -> Transcript:
    """One transcript of all words, in order of time."""
    words = [
        replace(word, channel=label)
        for transcript, label in zip(transcripts, labels, strict=True)
        for word in transcript.words
    ]
    timings = [transcript.timing for transcript in transcripts]
    warnings: dict[str, AudioWarning] = {}
    for transcript in transcripts:
        warnings |= {warning.code: warning for warning in transcript.warnings}
    return replace(
        transcripts[0],
        words=tuple(sorted(words, key=lambda word: word.start)),
        timing=Timing(
            decode_ms=round(sum(timing.decode_ms for timing in timings), 1),
            inference_ms=round(sum(timing.inference_ms for timing in timings), 1),
            real_time_factor=round(sum(timing.real_time_factor for timing in timings), 4),
            cold_start=timings[0].cold_start,
        ),
        warnings=tuple(warnings.values()),
        channels=tuple(labels),
    )
