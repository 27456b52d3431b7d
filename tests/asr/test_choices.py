import pytest

from asr.choices import OptionError, check_names, check_value, suggestion
from asr.errors import MalformedRequestError

KNOWN = ("format", "timestamps", "decoder")


def test_an_allowed_value_is_returned():
    assert check_value("format", "srt", ["srt", "vtt"]) == "srt"


@pytest.mark.parametrize("value", ["SRT", "", None, 3, ["srt"]])
def test_the_error_of_another_value_lists_the_allowed_ones(value):
    with pytest.raises(OptionError, match=r"format is .*, expected one of srt, vtt") as rejection:
        check_value("format", value, ["srt", "vtt"])
    assert rejection.value.option == "format"
    assert rejection.value.code == MalformedRequestError.code


def test_known_names_pass():
    check_names(["decoder", "format"], KNOWN, "option")


def test_the_error_of_an_unknown_name_has_the_nearest_and_all_known_names():
    with pytest.raises(OptionError) as rejection:
        check_names(["format", "Timestamp"], KNOWN, "option")
    assert str(rejection.value) == (
        "unknown option 'Timestamp', did you mean 'timestamps'?; "
        "expected one of format, timestamps, decoder"
    )


def test_there_is_no_suggestion_for_a_name_like_no_other():
    assert suggestion("callback_url", KNOWN) == ""


def test_the_error_of_a_long_name_is_short():
    with pytest.raises(OptionError) as rejection:
        check_names(["x" * 1_000_000], KNOWN, "option")
    assert len(str(rejection.value)) < 200
