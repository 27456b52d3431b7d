"""Base classes and field types of the models in this folder.

The models describe requests and responses in the OpenAPI document; nothing is validated by them.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from asr.channels import MAX_CHANNELS
from asr.vocabulary import MAX_PHRASES


class OpenModel(BaseModel):
    """Base of request bodies that may have more keys than are listed."""


class ClosedModel(BaseModel):
    """Base of bodies without other keys."""

    model_config = ConfigDict(extra="forbid")


def optional(description: str | None = None, alias: str | None = None) -> Any:  # noqa: ANN401
    """A field that may be absent, but is never null."""
    # A factory, because the default itself would be part of the schema.
    return Field(default_factory=lambda: None, description=description, alias=alias)


Phrases = Annotated[list[str], Field(min_length=1, max_length=MAX_PHRASES)] | str
ChannelNames = Annotated[list[str], Field(min_length=1, max_length=MAX_CHANNELS)] | str
Seconds = Annotated[float, Field(ge=0, description="seconds")]
Probability = Annotated[float, Field(ge=0, le=1)]
DateTime = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Uri = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Base64 = Annotated[str, Field(json_schema_extra={"format": "byte"})]
