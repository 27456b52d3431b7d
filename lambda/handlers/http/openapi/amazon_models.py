"""Response bodies of the format `transcribe`: Amazon Transcribe's, in which numbers are strings."""

from typing import Literal

from handlers.http.openapi.base import ClosedModel, optional


class AmazonAlternative(ClosedModel):
    """A hypothesis of a word or mark."""

    confidence: str
    content: str


class AmazonItem(ClosedModel):
    """A word with its times in seconds, or a punctuation mark."""

    id: int
    type: Literal["pronunciation", "punctuation"]
    alternatives: list[AmazonAlternative]
    start_time: str = optional("absent from a mark")
    end_time: str = optional("absent from a mark")
    channel_label: str = optional("with separate channels")


class AmazonSegment(ClosedModel):
    """A phrase between pauses; `items` are the ids of its words and marks."""

    id: int
    transcript: str
    start_time: str
    end_time: str
    items: list[int]
    channel_label: str = optional("with separate channels")


class AmazonChannel(ClosedModel):
    """The words and marks of a channel."""

    channel_label: str
    items: list[AmazonItem]


class AmazonChannelLabels(ClosedModel):
    """The channels, as of channel identification."""

    channels: list[AmazonChannel]
    number_of_channels: int


class AmazonTranscript(ClosedModel):
    """The whole text."""

    transcript: str


class AmazonResults(ClosedModel):
    """The text, its words and its segments."""

    language_code: str
    transcripts: list[AmazonTranscript]
    items: list[AmazonItem]
    audio_segments: list[AmazonSegment]
    channel_labels: AmazonChannelLabels = optional("with separate channels")


class AmazonTranscription(ClosedModel):
    """The result of a job of Amazon Transcribe."""

    jobName: str  # noqa: N815 - Amazon's name, as is the next
    accountId: str  # noqa: N815
    status: Literal["COMPLETED"]
    results: AmazonResults
