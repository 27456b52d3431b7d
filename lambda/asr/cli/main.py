"""Transcribe audio files: `python -m asr FILE...`.

A folder stands for the audio files in it and its subfolders, and `-` for standard input. With
several files, each transcript follows a line with its file's name; in JSON formats the name is a
member, and each object is a line. A file that fails is reported in one line on standard error, the
others are still transcribed, and the exit status is 1.
"""

import argparse
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from io import TextIOWrapper
from pathlib import Path

from tqdm import tqdm

from asr.audio import audio
from asr.audio_warnings import WarningLog
from asr.channel_transcription import transcribe_channels
from asr.cli import files, outputs
from asr.cli.channel_options import (
    add_channel_options,
    check_channel_options,
    chosen_channels,
)
from asr.cli.files import STANDARD_INPUT, AudioFile
from asr.cli.outputs import TranscriptSink
from asr.errors import AsrError
from asr.formats.registry import FORMATS
from asr.settings import DECODERS, Settings
from asr.transcriber import Transcriber, check_golden, open_transcriber
from asr.transcript import Transcript
from asr.types import Samples

BAR_DELAY_SECONDS = 1.0  # shorter runs show no progress bar
INTERRUPTED = 128 + signal.SIGINT  # the exit status that shells use


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parse(arguments)
    try:
        settings = Settings.from_environment()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        settings = settings.with_decoder(options.decoder).with_punctuate(options.punctuate)
        transcriber = open_transcriber(
            settings if options.bundle is None else settings.with_model(options.bundle)
        )
        if options.self_test:
            check_golden(transcriber)
        options.vocabulary = settings.vocabulary_for(options.decoder, options.vocabulary)
        options.punctuate = settings.punctuate
        options.channels = chosen_channels(options, settings.channels)
        return _run(options, transcriber, audio.Budget(settings.batch_max_seconds))
    except AsrError as error:
        print(f"{error.code}: {error.detail}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line; exits with status 2 if it is invalid."""
    parser = argparse.ArgumentParser(prog="python -m asr", description=__doc__)
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="audio file, folder, or - for standard input",
    )
    parser.add_argument("--format", choices=FORMATS, help="default: text; with --json-lines, json")
    output = parser.add_mutually_exclusive_group()
    output.add_argument(
        "--output-dir",
        type=Path,
        metavar="FOLDER",
        help="write a file per source, in the same subfolders as the sources",
    )
    output.add_argument(
        "--json-lines",
        action="store_true",
        help="print one JSON object per line; a failed file gets one with the member `error`",
    )
    parser.add_argument(
        "--bundle", help="directory or s3:// prefix; default: $MODEL_URI, or the embedded bundle"
    )
    parser.add_argument("--decoder", choices=DECODERS, help="default: $DECODER, or greedy")
    parser.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FILE",
        help="names and terms to recognise, a phrase per line or a table of Amazon Transcribe, "
        "for a bundle with a language model; default: $VOCABULARY, separated by commas",
    )
    parser.add_argument(
        "--track", type=int, metavar="NUMBER", help="sound track, from 1; default: the best"
    )
    add_channel_options(parser)
    parser.add_argument(
        "--punctuate",
        action=argparse.BooleanOptionalAction,
        help="with case and punctuation marks; default: $PUNCTUATE, or yes",
    )
    parser.add_argument("--self-test", action="store_true", help="check the bundle's golden clip")
    options = parser.parse_args(arguments)
    options.vocabulary = files.read_vocabulary(options.vocabulary, parser)
    check_channel_options(options, parser)
    options.format = options.format or ("json" if options.json_lines else "text")
    if not options.files and not options.self_test:
        parser.error("no FILE given")
    if options.json_lines and FORMATS[options.format].members is None:
        parser.error(f"--json-lines needs a JSON format, not {options.format}")
    if options.output_dir and options.output_dir.exists() and not options.output_dir.is_dir():
        parser.error(f"--output-dir {options.output_dir} exists and is not a folder")
    return options


def _run(options: argparse.Namespace, transcriber: Transcriber, budget: audio.Budget) -> int:
    """Transcribe all files; returns the exit status."""
    failed = 0
    sources: list[AudioFile] = []
    for path in options.files:
        found = files.find_audio_files(path)
        sources += found.audio
        if found.passed_over:
            outputs.print_error(path, found.passed_over_note)
        if not found.audio:
            failed += 1
            outputs.print_error(path, "no audio files in this folder")
    output = _output(options, sources)
    with tqdm(
        sources,
        unit="file",
        delay=BAR_DELAY_SECONDS,
        miniters=0,
        leave=False,
        disable=None,
    ) as bar:
        for source in bar:
            try:
                transcript = _transcribe(options, transcriber, source, budget, bar)
                output.add_transcript(
                    source, transcript if options.punctuate else transcript.plain()
                )
            except (AsrError, OSError) as error:
                failed += 1
                reason = _reason(error, source.path)
                outputs.print_error(source.path, reason)
                output.add_failure(source, reason)
    return 1 if failed else 0


def _output(options: argparse.Namespace, sources: Sequence[AudioFile]) -> TranscriptSink:
    output_format = FORMATS[options.format]
    if options.output_dir:
        paths = files.output_paths(sources, options.output_dir, output_format.suffix)
        return outputs.FolderSink(output_format.render, paths)
    if output_format.members and (options.json_lines or len(sources) > 1):
        return outputs.JsonLinesSink(output_format.members)
    return outputs.TextSink(output_format.render, with_names=len(sources) > 1)


def _transcribe(
    options: argparse.Namespace,
    transcriber: Transcriber,
    source: AudioFile,
    budget: audio.Budget,
    bar: "tqdm[AudioFile]",
) -> Transcript:
    """Transcribe one file, print its warnings, and show the position on the progress bar."""
    opened = sys.stdin.buffer if source.path == STANDARD_INPUT else source.path
    if options.channels:
        transcript = transcribe_channels(
            transcriber,
            opened,
            options.channels,
            budget,
            partial(_show_position, bar, source.path.name),
            options.decoder,
            options.track,
            options.vocabulary,
        )
    else:
        warnings = WarningLog()
        blocks = audio.stream(opened, budget, warnings, options.track)
        progress = _with_progress(blocks, bar, source.path.name)
        transcript = transcriber.transcribe_blocks(
            progress, decoder=options.decoder, warnings=warnings, vocabulary=options.vocabulary
        )
    for warning in transcript.warnings:
        outputs.print_error(source.path, f"warning: {warning.code}: {warning.detail}")
    return transcript


def _with_progress(
    blocks: Iterable[Samples], bar: "tqdm[AudioFile]", name: str
) -> Iterator[Samples]:
    samples = 0
    for block in blocks:
        yield block
        samples += len(block)
        _show_position(bar, name, samples / audio.SAMPLE_RATE)


def _show_position(bar: "tqdm[AudioFile]", name: str, seconds: float, _: float = 0.0) -> None:
    bar.set_postfix_str(f"{name} {timedelta(seconds=int(seconds))}", refresh=False)
    bar.update(0)  # redraws the bar at most every tenth of a second


def _reason(error: AsrError | OSError, path: Path) -> str:
    if isinstance(error, AsrError):
        return f"{error.code}: {error}"
    reason = error.strerror or str(error)
    return reason if error.filename in {None, str(path)} else f"{reason}: {error.filename}"


def run() -> None:
    """Run the command line as a process: signals, line buffering and the exit status."""
    # A closed pipe, as by `head`, is not an error.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if isinstance(sys.stdout, TextIOWrapper):
        # Each line is available at once to a pipe; file names that are not UTF-8 are kept.
        sys.stdout.reconfigure(line_buffering=True, errors="surrogateescape")
    sys.exit(main())
