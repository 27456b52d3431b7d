"""The option `channels`: the mix of all channels, or each channel by itself."""

import reprlib
from dataclasses import dataclass

from asr.choices import OptionError, check_value
from asr.vocabulary import split

CHANNELS = ("mix", "separate")
MIX, SEPARATE = CHANNELS
OPTION, NAMES_OPTION = "channels", "channel_names"
MAX_CHANNELS = 8
MAX_NAME_CHARACTERS = 40
STEREO = ("left", "right")


@dataclass(frozen=True)
class SeparateChannels:
    """Transcribe each channel by itself.

    Attributes
    ----------
    names : tuple of str
        Of all channels, in their order; by default `left` and `right`, or `channel 1` and so on.
    """

    names: tuple[str, ...] = ()

    def labels(self, count: int) -> tuple[str, ...]:
        """The name of each of `count` channels; raises OptionError if there are other names."""
        if self.names and len(self.names) != count:
            raise OptionError(
                NAMES_OPTION,
                f"{NAMES_OPTION} has {len(self.names)} names, and the audio {count} channels: give "
                "one name for each channel, or none",
            )
        if self.names or count == len(STEREO):
            return self.names or STEREO
        return tuple(f"channel {number}" for number in range(1, count + 1))


def parse(channels: object = None, names: object = None) -> SeparateChannels | None:
    """Parse the options `channels` and `channel_names`; None stands for the mix of all channels.

    Parameters
    ----------
    channels : object
        One of `CHANNELS`, or None.
    names : object
        A list of names, a text with commas between them, or None.

    Raises
    ------
    OptionError
        If a value is invalid, or there are names without `separate`.
    """
    chosen = MIX if channels is None else check_value(OPTION, channels, CHANNELS)
    if names is None:
        return SeparateChannels() if chosen == SEPARATE else None
    if chosen == MIX:
        raise OptionError(NAMES_OPTION, f"{NAMES_OPTION} needs {OPTION} to be {SEPARATE}")
    return SeparateChannels(_names(names))


def _names(given: object) -> tuple[str, ...]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise OptionError(
            NAMES_OPTION, f"{NAMES_OPTION} is {reprlib.repr(given)}, expected a list of texts"
        )
    names = tuple(name for text in texts for name in split(text))
    if not 0 < len(names) <= MAX_CHANNELS or len(set(names)) < len(names):
        raise OptionError(
            NAMES_OPTION,
            f"{NAMES_OPTION} is {reprlib.repr(given)}, expected 1 to {MAX_CHANNELS} different "
            "names",
        )
    if longest := next((name for name in names if len(name) > MAX_NAME_CHARACTERS), None):
        raise OptionError(
            NAMES_OPTION,
            f"{NAMES_OPTION} has a name of {len(longest)} characters, the limit is "
            f"{MAX_NAME_CHARACTERS}",
        )
    return names
