"""The options `--channels` and `--channel-names`, of the command line and of batch."""

from argparse import ArgumentParser, Namespace

from asr import channels
from asr.channels import CHANNELS, SeparateChannels
from asr.choices import OptionError


def add_channel_options(parser: ArgumentParser) -> None:
    """Add the options to a parser."""
    parser.add_argument(
        "--channels",
        choices=CHANNELS,
        help="separate: each channel by itself, as of a call; default: $CHANNELS, or mix",
    )
    parser.add_argument(
        "--channel-names",
        metavar="NAMES",
        help="of separate channels, comma-separated; default: left,right, or channel 1 and so on",
    )


def check_channel_options(options: Namespace, parser: ArgumentParser) -> None:
    """End the program if the options are invalid."""
    try:
        chosen_channels(options, None)
    except OptionError as error:
        parser.error(str(error))


def chosen_channels(
    options: Namespace, default: SeparateChannels | None
) -> SeparateChannels | None:
    """The channels of the options, or the default if none is given; raises OptionError."""
    if options.channels is None and options.channel_names is None:
        return default
    return channels.parse(options.channels, options.channel_names)
