"""Transcribe files on this machine: `python -m asr FILE...`.

A folder stands for the audio files in it and below it, and `-` for standard input. With several
files each transcript is headed by its file's name; in a format of JSON that is a member, one object
a line. A file that fails is one line on standard error and makes the exit status 1; the others are
transcribed all the same.
"""

import argparse
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from io import TextIOWrapper
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from asr.audio import audio
from asr.cli import files, outputs
from asr.cli.files import STANDARD_INPUT, Source
from asr.cli.outputs import Output
from asr.errors import AsrError
from asr.formats.registry import FORMATS
from asr.settings import DECODERS, Settings
from asr.transcriber import Transcriber, check_golden, open_transcriber
from asr.transcript import Transcript

PATIENCE_SECONDS = 1.0  # what is done sooner needs no progress bar
INTERRUPTED = 128 + signal.SIGINT  # as shells say it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parse(arguments)
    try:
        settings = Settings.read()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        settings = settings.with_decoder(options.decoder)
        transcriber = open_transcriber(
            settings if options.bundle is None else settings.with_model(options.bundle)
        )
        if options.self_test:
            check_golden(transcriber)
        return _run(options, transcriber, audio.Budget(settings.batch_max_seconds))
    except AsrError as error:
        print(f"{error.code}: {error.detail}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; ends the process with status 2 where it makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m asr", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="or folder, or -")
    parser.add_argument("--format", choices=FORMATS, help="default: text; with --json-lines, json")
    output = parser.add_mutually_exclusive_group()
    output.add_argument(
        "--output-dir",
        type=Path,
        metavar="FOLDER",
        help="write a file for each source, in folders like those of the sources",
    )
    output.add_argument(
        "--json-lines",
        action="store_true",
        help="print an object a line, also of a single file, and of one that failed its error",
    )
    parser.add_argument("--bundle", help="directory or s3:// prefix; default: MODEL_URI, embedded")
    parser.add_argument("--decoder", choices=DECODERS, help="default: DECODER, greedy")
    parser.add_argument("--self-test", action="store_true", help="check the bundle's golden clip")
    options = parser.parse_args(arguments)
    options.format = options.format or ("json" if options.json_lines else "text")
    if not options.files and not options.self_test:
        parser.error("no FILE is named")
    if options.json_lines and not FORMATS[options.format].is_json:
        parser.error(f"--json-lines cannot hold the format {options.format}")
    if options.output_dir and options.output_dir.exists() and not options.output_dir.is_dir():
        parser.error(f"--output-dir {options.output_dir} is not a folder")
    return options


def _run(options: argparse.Namespace, transcriber: Transcriber, budget: audio.Budget) -> int:
    """Transcribe all that is named; returns the exit status."""
    failed = 0
    sources: list[Source] = []
    for path in options.files:
        found = files.find(path)
        sources += found
        if not found:
            failed += 1
            outputs.complain(path, "no audio files in it")
    output = _output(options, sources)
    with tqdm(
        sources, unit="file", delay=PATIENCE_SECONDS, miniters=0, leave=False, disable=None
    ) as bar:
        for source in bar:
            try:
                output.heard(source, _transcribe(transcriber, source, budget, bar))
            except (AsrError, OSError) as error:
                failed += 1
                reason = _reason(error, source.path)
                outputs.complain(source.path, reason)
                output.failed(source, reason)
    return 1 if failed else 0


def _output(options: argparse.Namespace, sources: Sequence[Source]) -> Output:
    form = FORMATS[options.format]
    if options.output_dir:
        return outputs.Folder(form, files.targets(sources, options.output_dir, form.suffix))
    if options.json_lines or (form.is_json and len(sources) > 1):
        return outputs.Lines(form)
    return outputs.Page(form, headed=len(sources) > 1)


def _transcribe(
    transcriber: Transcriber, source: Source, budget: audio.Budget, bar: "tqdm[Source]"
) -> Transcript:
    """Transcribe one file, and show on the bar how far into it the model has heard."""
    opened = sys.stdin.buffer if source.path == STANDARD_INPUT else source.path
    blocks = audio.stream(opened, budget)
    return transcriber.transcribe_blocks(_watched(blocks, bar, source.path.name))


def _watched(
    blocks: Iterable[NDArray[np.float32]], bar: "tqdm[Source]", name: str
) -> Iterator[NDArray[np.float32]]:
    samples = 0
    for block in blocks:
        yield block
        samples += len(block)
        heard = timedelta(seconds=samples // audio.SAMPLE_RATE)
        bar.set_postfix_str(f"{name} {heard}", refresh=False)
        bar.update(0)  # draws the bar if it was not just drawn


def _reason(error: AsrError | OSError, path: Path) -> str:
    if isinstance(error, AsrError):
        return f"{error.code}: {error}"
    reason = error.strerror or str(error)
    return reason if error.filename in {None, str(path)} else f"{reason}: {error.filename}"


def run() -> None:
    """Run the command line as a process: signals, line buffering and the exit status."""
    # A reader that has seen enough, such as `head`, is no error.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if isinstance(sys.stdout, TextIOWrapper):
        # Whoever reads line by line waits for no more; names that are not UTF-8 pass as they are.
        sys.stdout.reconfigure(line_buffering=True, errors="surrogateescape")
    sys.exit(main())
