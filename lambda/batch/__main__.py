"""Transcribe a folder on this machine, without AWS: `python -m batch FOLDER --out FOLDER`.

Runs the code of the batch function in parallel processes. Files with up-to-date output are skipped,
so a killed run can be resumed. Permanent failures get an error document; other failures go to
standard error and make the exit status 1.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from asr.cli.channel_options import (
    add_channel_options,
    check_channel_options,
    chosen_channels,
)
from asr.cli.files import find_audio_files, read_vocabulary
from asr.settings import DECODERS, Settings, split_names
from batch.object_keys import EXTRA_FORMATS
from batch.process_pool import RunConfig, exclusive_run, process_files


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    config, processes = _parse(arguments)
    found = find_audio_files(config.folder)
    keys = [source.relative_path.as_posix() for source in found.audio]
    if found.passed_over:
        print(f"{config.folder}: {found.passed_over_note}", file=sys.stderr)
    if not keys:
        print(f"no audio files in {config.folder}", file=sys.stderr)
        return 1
    try:
        with exclusive_run(config.out):
            counts = process_files(config, keys, min(processes, len(keys)))
    except BlockingIOError:
        print(f"another run is writing to {config.out}; wait for it to end", file=sys.stderr)
        return 1
    print(
        ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in sorted(counts.items()))
    )
    return 1 if counts["failed"] else 0


def _parse(arguments: Sequence[str] | None) -> tuple[RunConfig, int]:
    """Parse the command line; exits with status 2 if it is invalid."""
    parser = argparse.ArgumentParser(prog="batch", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--formats", type=split_names, help="extra formats beside json: text,srt,vtt,transcribe"
    )
    parser.add_argument(
        "--bundle", help="directory or s3:// prefix; default: MODEL_URI, or the embedded bundle"
    )
    parser.add_argument("--decoder", choices=DECODERS, help="default: DECODER, or greedy")
    parser.add_argument(
        "--punctuate",
        action=argparse.BooleanOptionalAction,
        help="with case and punctuation marks; default: PUNCTUATE, or yes",
    )
    parser.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FILE",
        help="names and terms to recognise, a phrase per line; default: VOCABULARY",
    )
    add_channel_options(parser)
    parser.add_argument("--processes", type=int, default=_processors())
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        parser.error(f"{options.folder} is not a folder")
    try:
        settings = Settings.from_environment().with_decoder(options.decoder)
        settings = settings.with_punctuate(options.punctuate)
    except ValueError as error:
        parser.error(str(error))
    vocabulary = settings.vocabulary_for(
        options.decoder, read_vocabulary(options.vocabulary, parser)
    )
    settings = replace(settings, vocabulary=vocabulary)
    check_channel_options(options, parser)
    settings = replace(settings, channels=chosen_channels(options, settings.channels))
    if options.bundle is not None:
        settings = settings.with_model(options.bundle)
    if options.formats is not None:
        settings = replace(settings, batch_formats=options.formats)
    if unknown := set(settings.batch_formats) - set(EXTRA_FORMATS):
        parser.error(f"unknown format {min(unknown)!r}; choose from {', '.join(EXTRA_FORMATS)}")
    if options.processes < 1:
        parser.error(f"--processes must be at least 1, got {options.processes}")
    if options.out.exists() and not options.out.is_dir():
        parser.error(f"{options.out} is not a folder")
    return RunConfig(options.folder, options.out, settings), options.processes


def _processors() -> int:
    """Number of cores available to this process, or of the machine where that is unknown."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        os._exit(130)  # the next run processes the files in progress again
