import inspect
from dataclasses import replace
from types import ModuleType

import pytest
from pydantic import ValidationError

from asr.formats import registry
from asr.formats.registry import Format
from asr.transcript import ModelIdentity, Timing, Transcript, Word
from handlers.http.openapi import amazon_models, models, openai_models
from handlers.http.openapi.base import ClosedModel, OpenModel

MODULES = [models, openai_models, amazon_models]
TRANSCRIPT = Transcript(
    (Word("hello", 0.1, 0.5, 0.9), Word("there", 2.5, 2.9, 0.8)),
    3.0,
    ModelIdentity("toy", "1", "ab"),
    Timing(1.0, 2.0, 0.001, cold_start=False),
)
RESPONSES: dict[Format, type[ClosedModel]] = {
    "json": models.Transcription,
    "verbose_json": openai_models.OpenAIVerboseTranscription,
    "transcribe": amazon_models.AmazonTranscription,
}


CALL = replace(
    TRANSCRIPT,
    words=tuple(replace(word, channel="left") for word in TRANSCRIPT.words),
    channels=("left", "right"),
)


@pytest.mark.parametrize("name", RESPONSES)
def test_a_transcript_of_separate_channels_fits_its_model(name: Format):
    RESPONSES[name].model_validate_json(registry.get_format(name).render(CALL))


@pytest.mark.parametrize("name", RESPONSES)
def test_a_rendered_transcript_fits_its_model_exactly(name: Format):
    rendered = registry.get_format(name).render(TRANSCRIPT)
    body = RESPONSES[name].model_validate_json(rendered)
    assert body.model_dump_json(exclude_unset=True)
    with pytest.raises(ValidationError, match="not permitted"):
        RESPONSES[name].model_validate_json(rendered.replace("{", '{"another": 1, ', 1))


def test_the_words_of_a_transcript_may_be_absent():
    models.Transcription.model_validate(registry.to_json(TRANSCRIPT, timestamps=False))


def defined(module: ModuleType) -> list[type]:
    """Classes that a module defines itself."""
    classes = inspect.getmembers(module, inspect.isclass)
    return [found for _, found in classes if found.__module__ == module.__name__]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_model_is_open_or_closed(module: ModuleType):
    assert defined(module)
    assert all(issubclass(model, OpenModel | ClosedModel) for model in defined(module))
