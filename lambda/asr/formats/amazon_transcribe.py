"""A transcript in the shape of Amazon Transcribe's batch results, for programs that read those.

Times and confidences are strings, as theirs are. There is no `language_code`: they give one only
where the language was identified, which is not done here.
"""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from asr.formats.segments import segments

if TYPE_CHECKING:
    from asr.transcript import Transcript, Word

NO_ACCOUNT = "000000000000"  # an account has twelve digits; a transcript belongs to none
DIGEST_CHARACTERS = 16


def to_transcribe(transcript: "Transcript") -> dict[str, Any]:
    """The members of a finished job: the transcript, its words, and its stretches of speech."""
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


def _job_name(transcript: "Transcript") -> str:
    """A name by the model and what it heard: the same for the same audio through every door."""
    heard = [[word.word, word.start, word.end] for word in transcript.words]
    digest = hashlib.sha256(json.dumps([transcript.duration, heard]).encode()).hexdigest()
    return f"{transcript.model.name}-{digest[:DIGEST_CHARACTERS]}"


def _item(index: int, word: "Word") -> dict[str, Any]:
    return {
        "id": index,
        "type": "pronunciation",
        "alternatives": [{"confidence": str(word.confidence), "content": word.word}],
        "start_time": str(word.start),
        "end_time": str(word.end),
    }


def _audio_segments(transcript: "Transcript") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    first = 0
    for index, words in enumerate(segments(transcript.words)):
        found.append(
            {
                "id": index,
                "transcript": " ".join(word.word for word in words),
                "start_time": str(words[0].start),
                "end_time": str(words[-1].end),
                "items": list(range(first, first + len(words))),
            }
        )
        first += len(words)
    return found
