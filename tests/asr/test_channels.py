import pytest

from asr import channels
from asr.channels import SeparateChannels
from asr.choices import OptionError


@pytest.mark.parametrize(
    ("given", "names", "expected"),
    [
        (None, None, None),
        ("mix", None, None),
        ("separate", None, SeparateChannels()),
        ("separate", "agent, customer", SeparateChannels(("agent", "customer"))),
        ("separate", ["agent", "customer"], SeparateChannels(("agent", "customer"))),
    ],
)
def test_channels_are_mixed_unless_they_are_to_be_separate(given, names, expected):
    assert channels.parse(given, names) == expected


@pytest.mark.parametrize(
    ("given", "names", "reason"),
    [
        ("both", None, "channels is 'both', expected one of mix, separate"),
        (None, "a,b", "channel_names needs channels to be separate"),
        ("mix", "a,b", "channel_names needs channels to be separate"),
        ("separate", "a,a", "expected 1 to 8 different names"),
        ("separate", "", "expected 1 to 8 different names"),
        ("separate", [str(number) for number in range(9)], "expected 1 to 8 different names"),
        ("separate", "x" * 41, "a name of 41 characters"),
        ("separate", 2, "channel_names is 2, expected a list of texts"),
    ],
)
def test_invalid_channels_are_refused(given, names, reason):
    with pytest.raises(OptionError, match=reason):
        channels.parse(given, names)


def test_channels_without_names_have_default_ones():
    assert SeparateChannels().labels(1) == ("channel 1",)
    assert SeparateChannels().labels(2) == ("left", "right")
    assert SeparateChannels().labels(3) == ("channel 1", "channel 2", "channel 3")


def test_there_is_a_name_for_each_channel_or_none():
    named = SeparateChannels(("agent", "customer"))
    assert named.labels(2) == ("agent", "customer")
    with pytest.raises(OptionError, match="has 2 names, and the audio 1 channels"):
        named.labels(1)
