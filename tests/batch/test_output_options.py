import pytest

from asr.errors import MalformedRequestError
from asr.settings import Settings
from batch.output_options import OutputOptions

CONFIGURED = OutputOptions.from_settings(Settings(batch_formats=("srt",), punctuate=False))


def test_objects_without_metadata_have_the_options_of_the_settings():
    assert OutputOptions(("srt",), punctuate=False) == CONFIGURED
    assert CONFIGURED.with_metadata(None, None) == CONFIGURED


def test_each_member_of_the_metadata_replaces_one_option():
    assert CONFIGURED.with_metadata("json, vtt,vtt", None) == OutputOptions(("vtt",), False)
    assert CONFIGURED.with_metadata(None, "True") == OutputOptions(("srt",), True)


def test_an_unknown_value_in_the_metadata_is_named():
    with pytest.raises(MalformedRequestError, match="unknown format 'docx'"):
        CONFIGURED.with_metadata("docx", None)
    with pytest.raises(MalformedRequestError, match="punctuate 'maybe'; expected true or false"):
        CONFIGURED.with_metadata(None, "maybe")


def test_an_unknown_format_in_the_settings_is_named():
    with pytest.raises(ValueError, match="BATCH_FORMATS: unknown format docx"):
        OutputOptions.from_settings(Settings(batch_formats=("docx",)))
