"""Amazon Transcribe format: the JSON of its batch results.

Times and confidences are strings, as in Amazon Transcribe. Punctuation marks are items without
times, as there.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from asr.transcript import Transcript, Word, join_words, segments
from asr.written_text import split_marks

NO_ACCOUNT = "000000000000"  # a placeholder of twelve digits, as account ids have
DIGEST_CHARACTERS = 16
MARK_CONFIDENCE = "0.0"  # Amazon Transcribe has none for marks


def to_transcribe(transcript: Transcript) -> dict[str, Any]:
    """Members of a completed job: the transcript, its items and its segments."""
    items: list[dict[str, Any]] = []
    audio_segments: list[dict[str, Any]] = []
    for words in segments(transcript.words):
        first = len(items)
        label = _channel_label(transcript, words[0])
        for item in _items(words):
            items.append({"id": len(items), **item, **label})
        audio_segments.append(
            {
                "id": len(audio_segments),
                "transcript": join_words(words),
                "start_time": str(words[0].start),
                "end_time": str(words[-1].end),
                "items": list(range(first, len(items))),
                **label,
            }
        )
    return {
        "jobName": _job_name(transcript),
        "accountId": NO_ACCOUNT,
        "status": "COMPLETED",
        "results": {
            "language_code": transcript.language,
            "transcripts": [{"transcript": transcript.text}],
            "items": items,
            "audio_segments": audio_segments,
            **_channel_labels(transcript, items),
        },
    }


def _channel_label(transcript: Transcript, word: Word) -> dict[str, Any]:
    """The label of a word's channel, which is its number in Amazon Transcribe, if there is one."""
    if word.channel is None:
        return {}
    return {"channel_label": f"ch_{transcript.channels.index(word.channel)}"}


def _channel_labels(transcript: Transcript, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Member of channel identification: the items of each channel."""
    if not transcript.channels:
        return {}
    labels = [f"ch_{number}" for number in range(len(transcript.channels))]
    channels = [
        {
            "channel_label": label,
            "items": [item for item in items if item["channel_label"] == label],
        }
        for label in labels
    ]
    return {"channel_labels": {"channels": channels, "number_of_channels": len(labels)}}


def _job_name(transcript: Transcript) -> str:
    """A name from the model and the words, so equal for equal audio over every interface."""
    words = [[word.word, word.start, word.end] for word in transcript.words]
    digest = hashlib.sha256(json.dumps([transcript.duration, words]).encode()).hexdigest()
    return f"{transcript.model.name}-{digest[:DIGEST_CHARACTERS]}"


def _items(words: Sequence[Word]) -> Iterator[dict[str, Any]]:
    """The words with their case, and each of their marks."""
    for word in words:
        before, content, after = split_marks(word.punctuated_word)
        yield from map(_mark, before)
        yield {
            "type": "pronunciation",
            "alternatives": [{"confidence": str(word.confidence), "content": content}],
            "start_time": str(word.start),
            "end_time": str(word.end),
        }
        yield from map(_mark, after)


def _mark(mark: str) -> dict[str, Any]:
    return {
        "type": "punctuation",
        "alternatives": [{"confidence": MARK_CONFIDENCE, "content": mark}],
    }
