"""Amazon Transcribe format: the JSON of its batch results.

Times and confidences are strings, as in Amazon Transcribe. There is no `language_code`, which it
returns only after language identification.
"""

import hashlib
import json
from typing import Any

from asr.formats.segments import segments
from asr.transcript import Transcript, Word

NO_ACCOUNT = "000000000000"  # a placeholder of twelve digits, as account ids have
DIGEST_CHARACTERS = 16


def to_transcribe(transcript: Transcript) -> dict[str, Any]:
    """Members of a completed job: the transcript, its words and its segments."""
    return {
        "jobName": _job_name(transcript),
        "accountId": NO_ACCOUNT,
        "status": "COMPLETED",
        "results": {
            "transcripts": [{"transcript": transcript.text}],
            "items": [_item(index, word) for index, word in enumerate(transcript.words)],
            "audio_segments": _audio_segments(transcript),
        },
    }


def _job_name(transcript: Transcript) -> str:
    """A name from the model and the words, so equal for equal audio over every interface."""
    words = [[word.word, word.start, word.end] for word in transcript.words]
    digest = hashlib.sha256(json.dumps([transcript.duration, words]).encode()).hexdigest()
    return f"{transcript.model.name}-{digest[:DIGEST_CHARACTERS]}"


def _item(index: int, word: Word) -> dict[str, Any]:
    return {
        "id": index,
        "type": "pronunciation",
        "alternatives": [{"confidence": str(word.confidence), "content": word.word}],
        "start_time": str(word.start),
        "end_time": str(word.end),
    }


def _audio_segments(transcript: Transcript) -> list[dict[str, Any]]:
    members: list[dict[str, Any]] = []
    first = 0
    for index, words in enumerate(segments(transcript.words)):
        members.append(
            {
                "id": index,
                "transcript": " ".join(word.word for word in words),
                "start_time": str(words[0].start),
                "end_time": str(words[-1].end),
                "items": list(range(first, first + len(words))),
            }
        )
        first += len(words)
    return members
