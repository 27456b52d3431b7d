"""Write docs/formats.md from what the decoders read: python scripts/generate/make_formats.py.

Run by `make formats`; a test fails if the file is out of date.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from asr.audio.ffmpeg_formats import REFUSED_CODECS
from asr.audio.file_types import FILE_TYPES
from asr.audio_warnings import WARNING_CODES

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
HEAD = """\
# Audio formats

Written by `make formats` from the code.

The format of a file is detected from its bytes. A file that is named by its path, or sent in a
request, is decoded whatever its name is; in folders, files with these suffixes are taken, and files
without a suffix by their first bytes. AppleDouble files (`._a.wav`) are left alone.

"""
TIMES = """
## How recordings are read

- A word's time is its time in the player that shows the file: a late start counts from the
  beginning of the container, gaps of the timestamps become silence, overlaps are cut. A gap that is
  longer than the audio that may be transcribed is left out.
- Of several sound tracks one is read: no commentary or description, the default one, in English,
  the first, in this order, of those that can be decoded. The option `track` names another, from 1.
- Channels are averaged; a channel in anti-phase is inverted first, so that nothing cancels.
- Float samples of any scale are scaled to full scale; very quiet recordings are raised.
- Files that were appended to one another (WAV, AIFF, AU, FLAC, Ogg, MP3, MP4, Matroska) are read to
  the end, whatever their rates and channels; so is a WAV file whose sizes are stale.
- What could not be read as it is, is stated in [`warnings`](#warnings), not in silence.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")


def render() -> str:
    """The page in Markdown."""
    types = (
        (each.name, " ".join(f"`{suffix}`" for suffix in each.suffixes)) for each in FILE_TYPES
    )
    refused = (
        (reason, " ".join(f"`{name}`" for name in sorted(names.split())))
        for reason, names in REFUSED_CODECS.items()
    )
    codes = ((f"`{code}`", meaning) for code, meaning in WARNING_CODES.items())
    return HEAD + "\n".join(
        [
            *_table(("format", "suffixes"), types),
            TIMES,
            "## Warnings\n",
            *_table(("code", "meaning"), codes),
            "\n## Refused codecs\n",
            "FFmpeg can decode these; they are refused, with an error that names the codec.\n",
            *_table(("reason", "decoders of FFmpeg"), refused),
            "",
        ]
    )


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"| {head[0]} | {head[1]} |"
    yield "|---|---|"
    for first, second in rows:
        yield f"| {first} | {second} |"


if __name__ == "__main__":
    main()
