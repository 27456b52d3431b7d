"""Response bodies of the format `transcribe`: Amazon Transcribe's, in which numbers are strings."""

from typing import Literal

from handlers.http.openapi.base import ClosedModel


class AmazonAlternative(ClosedModel):
    """A hypothesis of a word."""

    confidence: str
    content: str


class AmazonItem(ClosedModel):
    """A word with its times in seconds."""

    id: int
    type: Literal["pronunciation"]
    alternatives: list[AmazonAlternative]
    start_time: str
    end_time: str


class AmazonSegment(ClosedModel):
    """A phrase between pauses; `items` are the ids of its words."""

    id: int
    transcript: str
    start_time: str
    end_time: str
    items: list[int]


class AmazonTranscript(ClosedModel):
    """The whole text."""

    transcript: str


class AmazonResults(ClosedModel):
    """The text, its words and its segments."""

    transcripts: list[AmazonTranscript]
    items: list[AmazonItem]
    audio_segments: list[AmazonSegment]


class AmazonTranscription(ClosedModel):
    """The result of a job of Amazon Transcribe."""

    jobName: str  # noqa: N815 - Amazon's name, as is the next
    accountId: str  # noqa: N815
    status: Literal["COMPLETED"]
    results: AmazonResults
