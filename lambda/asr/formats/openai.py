"""Response formats of OpenAI's audio API: `json`, `verbose_json`, and server-sent events."""

import json
import math
import zlib
from collections.abc import Collection, Sequence
from typing import Any, Literal, get_args

from asr.formats.languages import language_name
from asr.transcript import Transcript, Word, join_words, segments
from asr.written_text import split_marks

Granularity = Literal["word", "segment"]
GRANULARITIES: tuple[Granularity, ...] = get_args(Granularity)
SEEK_STEPS_PER_SECOND = 100  # Whisper's frames of 10 ms
# Confidences are rounded to thousandths, so 0 is anything up to half of one.
CONFIDENCE_MIN = 0.0005


def to_json(transcript: Transcript) -> dict[str, Any]:
    """Members of `json`: the text, and the duration of the audio as usage."""
    return {"text": transcript.text, "usage": _usage(transcript)}


def to_verbose_json(
    transcript: Transcript, granularities: Collection[str] = GRANULARITIES
) -> dict[str, Any]:
    """Members of `verbose_json`, with `words` and `segments` according to `granularities`."""
    answer: dict[str, Any] = {
        "task": "transcribe",
        "language": language_name(transcript.language),
        "duration": transcript.duration,
        "text": transcript.text,
    }
    if "word" in granularities:
        answer["words"] = [_word(word) for word in transcript.words]
    if "segment" in granularities:
        answer["segments"] = [
            {"id": index, **_segment(words)}
            for index, words in enumerate(segments(transcript.words))
        ]
    return answer | {"usage": _usage(transcript)}


def to_events(transcript: Transcript) -> str:
    """Server-sent events (WHATWG HTML, 9.2) of `stream`: a delta per segment, then the text.

    The concatenated deltas are the text. They are sent together, after the transcription.
    """
    texts = [join_words(words) for words in segments(transcript.words)]
    deltas = [
        {"type": "transcript.text.delta", "delta": text if index == 0 else f" {text}"}
        for index, text in enumerate(texts)
    ]
    done = {"type": "transcript.text.done", "text": transcript.text}
    return "".join(
        f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"
        for event in [*deltas, done]
    )


def _word(word: Word) -> dict[str, Any]:
    """Members of a word, which has its case but no marks, as in OpenAI's API."""
    _, text, _ = split_marks(word.punctuated_word)
    return {"word": text, "start": word.start, "end": word.end} | _channel(word)


def _channel(word: Word) -> dict[str, Any]:
    """The name of the channel, which OpenAI's API does not have, if there is one."""
    return {} if word.channel is None else {"channel": word.channel}


def _segment(words: Sequence[Word]) -> dict[str, Any]:
    """Members of a segment, with constants for those that a CTC model does not have.

    `avg_logprob` is the mean log of the words' calibrated confidences. There are no tokens and no
    sampling temperature, and silence has no segments.
    """
    text = join_words(words)
    encoded = text.encode()
    log_probs = [math.log(max(word.confidence, CONFIDENCE_MIN)) for word in words]
    return {
        "seek": round(words[0].start * SEEK_STEPS_PER_SECOND),
        "start": words[0].start,
        "end": words[-1].end,
        "text": text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": round(math.fsum(log_probs) / len(log_probs), 4),
        "compression_ratio": round(len(encoded) / len(zlib.compress(encoded)), 4),
        "no_speech_prob": 0.0,
    } | _channel(words[0])


def _usage(transcript: Transcript) -> dict[str, Any]:
    return {"type": "duration", "seconds": transcript.duration}
