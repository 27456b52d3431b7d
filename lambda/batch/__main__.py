"""Transcribe a folder on this machine, without AWS: `python -m batch FOLDER --out FOLDER`.

The code is that of the batch function, in parallel processes. What is up to date is passed over, so
a run that was killed goes on where it was. What can never succeed gets its problem document; what
failed otherwise goes to standard error and makes the exit status 1.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from asr.cli.files import find
from asr.settings import DECODERS, Settings, names
from batch.object_keys import COMPANIONS
from batch.process_pool import Run, alone, answer_all


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    run, processes = _parse(arguments)
    keys = [source.place.as_posix() for source in find(run.folder)]
    if not keys:
        print(f"no audio files in {run.folder}", file=sys.stderr)
        return 1
    try:
        with alone(run.out):
            ends = answer_all(run, keys, min(processes, len(keys)))
    except BlockingIOError:
        print(f"another run is at work in {run.out}", file=sys.stderr)
        return 1
    print(", ".join(f"{count} {end.replace('_', ' ')}" for end, count in sorted(ends.items())))
    return 1 if ends["failed"] else 0


def _parse(arguments: Sequence[str] | None) -> tuple[Run, int]:
    """Read the command line; ends the process with status 2 where it makes no sense."""
    parser = argparse.ArgumentParser(prog="batch", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--formats", type=names, help="besides json: text,srt,vtt,transcribe")
    parser.add_argument("--bundle", help="directory or s3:// prefix; default: MODEL_URI, embedded")
    parser.add_argument("--decoder", choices=DECODERS, help="default: DECODER, greedy")
    parser.add_argument("--processes", type=int, default=_processors())
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        parser.error(f"{options.folder} is no folder")
    try:
        settings = Settings.read().with_decoder(options.decoder)
    except ValueError as error:
        parser.error(str(error))
    if options.bundle is not None:
        settings = settings.with_model(options.bundle)
    if options.formats is not None:
        settings = replace(settings, batch_formats=options.formats)
    if unknown := set(settings.batch_formats) - set(COMPANIONS):
        parser.error(f"there is no format {min(unknown)!r}, but {', '.join(COMPANIONS)}")
    if options.processes < 1:
        parser.error("--processes is 1 at least")
    if options.out.exists() and not options.out.is_dir():
        parser.error(f"{options.out} is no folder")
    return Run(options.folder, options.out, settings), options.processes


def _processors() -> int:
    """How many this process may use; not every system can tell."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        os._exit(130)  # the files at work are done anew by the next run
