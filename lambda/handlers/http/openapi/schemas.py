"""JSON Schemas of what the routes answer, closed: a member that is not listed is a mistake."""

from typing import Any

from asr import errors
from asr.settings import DECODERS

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
INTEGER: Schema = {"type": "integer"}
BOOLEAN: Schema = {"type": "boolean"}
SECONDS: Schema = {"type": "number", "minimum": 0, "description": "seconds"}
PROBABILITY: Schema = {"type": "number", "minimum": 0, "maximum": 1}


def members(optional: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """An object of these members and no others."""
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": properties,
        "additionalProperties": False,
    }


def listed(item: Schema) -> Schema:
    """A list of items of one kind."""
    return {"type": "array", "items": item}


def widened(schema: Schema, **properties: Schema) -> Schema:
    """The object of `schema` with more members."""
    return schema | {
        "required": [*schema["required"], *properties],
        "properties": schema["properties"] | properties,
    }


MODEL = members(name=STRING, version=STRING, sha256=STRING, decoder={"enum": list(DECODERS)})
TRANSCRIPT = members(
    optional=("words",),
    transcript=STRING,
    confidence={"type": ["number", "null"], "minimum": 0, "maximum": 1},
    duration=SECONDS,
    words=listed(members(word=STRING, start=SECONDS, end=SECONDS, confidence=PROBABILITY)),
    model=MODEL,
    timing=members(
        decode_ms=NUMBER, inference_ms=NUMBER, real_time_factor=NUMBER, cold_start=BOOLEAN
    ),
)
PROBLEM = members(
    optional=("jobs",),
    type=STRING,
    title=STRING,
    status=INTEGER,
    detail=STRING,
    code=STRING,
    jobs={"type": "string", "description": "where larger or longer audio may go"},
)

# OpenAI's shapes.
USAGE = members(type={"const": "duration"}, seconds=SECONDS)
SEGMENT = members(
    id=INTEGER,
    seek=INTEGER,
    start=SECONDS,
    end=SECONDS,
    text=STRING,
    tokens=listed(INTEGER),
    temperature=NUMBER,
    avg_logprob=NUMBER,
    compression_ratio=NUMBER,
    no_speech_prob=PROBABILITY,
)
VERBOSE = members(
    optional=("words", "segments"),
    task={"const": "transcribe"},
    language=STRING,
    duration=SECONDS,
    text=STRING,
    words=listed(members(word=STRING, start=SECONDS, end=SECONDS)),
    segments=listed(SEGMENT),
    usage=USAGE,
)
TEXT = members(text=STRING, usage=USAGE)
EVENT = members(
    event={"enum": ["transcript.text.delta", "transcript.text.done"]},
    data={"type": "string", "contentMediaType": "application/json"},
)
OPENAI_MODEL = members(id=STRING, object={"const": "model"}, created=INTEGER, owned_by=STRING)
OPENAI_ERROR = members(
    error=members(message=STRING, type=STRING, param={"type": ["string", "null"]}, code=STRING)
)

# Amazon Transcribe's shape, in which numbers are strings.
_ALTERNATIVE = members(confidence=STRING, content=STRING)
AMAZON = members(
    jobName=STRING,
    accountId=STRING,
    status={"const": "COMPLETED"},
    results=members(
        transcripts=listed(members(transcript=STRING)),
        items=listed(
            members(
                id=INTEGER,
                type={"const": "pronunciation"},
                alternatives=listed(_ALTERNATIVE),
                start_time=STRING,
                end_time=STRING,
            )
        ),
        audio_segments=listed(
            members(
                id=INTEGER,
                transcript=STRING,
                start_time=STRING,
                end_time=STRING,
                items=listed(INTEGER),
            )
        ),
    ),
)


def problem_answers(*refusals: type[errors.AsrError]) -> dict[int, Any]:
    """Responses by status; several errors may share one."""
    codes: dict[int, list[str]] = {}
    for refusal in refusals:
        codes.setdefault(refusal.status, []).append(refusal.code)
    return {
        status: {
            "description": " or ".join(names),
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
        for status, names in codes.items()
    }
