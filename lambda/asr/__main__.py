"""Transcribe files on this machine: `python -m asr FILE...`.

A folder stands for the audio files in it. With several files each transcript is headed by its
file's name (in `json`, it is a member, one object a line). Errors go to standard error, a line a
file, and make the exit status 1; the other files are transcribed all the same.
"""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from asr.audio import Budget
from asr.errors import AsrError
from asr.files import find
from asr.settings import Settings
from asr.transcriber import Transcriber, check_golden, open_transcriber
from asr.transcript import FORMATS, Transcript


def transcribe(transcriber: Transcriber, path: Path, budget: Budget) -> Transcript:
    """Transcribe one file; `-` is standard input."""
    if str(path) == "-":
        return transcriber.transcribe_stream(sys.stdin.buffer, budget)
    return transcriber.transcribe_stream(path, budget)


def show(transcript: Transcript, path: Path, form: str, headed: bool) -> str:
    """Render for the terminal, with the file's name where there are several."""
    text = FORMATS[form].write(transcript).rstrip("\n")
    if not headed:
        return text
    if FORMATS[form].media_type == "application/json":
        return json.dumps({"file": str(path)} | json.loads(text), ensure_ascii=False)
    return f"==> {path} <==\n{text}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="asr", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--bundle", help="directory or s3:// prefix; default: MODEL_URI, embedded")
    parser.add_argument("--self-test", action="store_true", help="check the bundle's golden clip")
    options = parser.parse_args(arguments)
    settings = Settings.read()
    try:
        transcriber = open_transcriber(
            settings if options.bundle is None else settings.with_model(options.bundle)
        )
        if options.self_test:
            check_golden(transcriber)
    except AsrError as error:
        print(f"{error.code}: {error.detail}", file=sys.stderr)
        return 1
    files = list(find(options.files))
    if options.files and not files:
        print(f"no audio files in {', '.join(map(str, options.files))}", file=sys.stderr)
        return 1
    failed = 0
    for path in tqdm(files, unit="file", disable=len(files) < 2 or not sys.stderr.isatty()):
        try:
            transcript = transcribe(transcriber, path, Budget(settings.batch_max_seconds))
        except (AsrError, OSError) as error:
            failed += 1
            reason = f"{error.code}: {error}" if isinstance(error, AsrError) else error.strerror
            tqdm.write(f"{path}: {reason}", file=sys.stderr)
        else:
            tqdm.write(show(transcript, path, options.format, headed=len(files) > 1))
    return 1 if failed else 0


if __name__ == "__main__":
    # A reader that has seen enough, such as `head`, is no error.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
