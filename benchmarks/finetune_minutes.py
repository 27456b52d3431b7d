"""Word error rates by minutes of speech in `finetune`, on a corpus that the model does not know.

`python -m benchmarks.finetune_minutes DATA/*/manifest.tsv --corpus so --bundle START --out DIR
--minutes 10 30 60` holds out speakers of that corpus, fine-tunes START on so many minutes of the
others, and prints a row of a table in Markdown for each. START must not have been trained on the
corpus. The same command resumes what was interrupted.
"""

import argparse
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from asr import bundle
from asr.transcriber import Transcriber
from training.data.manifest import Utterance, read_data_sets, write_manifest
from training.evaluation.inference import transcribe_corpus
from training.evaluation.report import error_rates
from training.finetune.clips import MAX_SECONDS
from training.finetune.finetune import finetune
from training.finetune.holdout import split

HEADER = """\
| minutes | clips | WER before | WER after | 95 % interval | test clips | minutes of training |
| --- | --- | --- | --- | --- | --- | --- |"""


def take_minutes(utterances: Sequence[Utterance], minutes: float) -> list[Utterance]:
    """Clips of so many minutes, in pseudo-random order; a larger share contains a smaller one.

    Raises
    ------
    ValueError
        If there is less speech.
    """
    taken: list[Utterance] = []
    seconds = 0.0
    for each in sorted(
        utterances, key=lambda clip: (zlib.crc32(clip.path.name.encode()), clip.path)
    ):
        if seconds >= 60 * minutes:
            return taken
        taken.append(each)
        seconds += each.seconds
    if seconds < 60 * minutes:
        raise ValueError(
            f"there are {seconds / 60:.1f} minutes of training, fewer than {minutes:g}"
        )
    return taken


def rates(folder: Path, utterances: Sequence[Utterance]) -> dict[str, Any]:
    """Error rates of the bundle in a folder."""
    return error_rates(transcribe_corpus(Transcriber(bundle.load(str(folder))), utterances))


def measure(
    utterances: Sequence[Utterance], start: Path, minutes: Sequence[float], out: Path
) -> Iterator[str]:
    """Rows of the table, each when it has been measured.

    Parameters
    ----------
    utterances : sequence of Utterance
        Of one corpus.
    out : Path
        Folder of the clips, runs and bundles.
    """
    parts = split([each for each in utterances if each.seconds <= MAX_SECONDS])
    before = rates(start, parts.held_out)
    for each in minutes:
        folder = out / f"{each:g}-minutes"
        clips = take_minutes(parts.train, each)
        write_manifest(folder / "clips", clips)
        started = time.monotonic()
        finetune(folder / "clips", folder / "bundle", start, out / "runs")
        elapsed = (time.monotonic() - started) / 60
        after = rates(folder / "bundle", parts.held_out)
        low, high = after["wer_interval"]
        yield (
            f"| {each:g} | {len(clips)} | {before['wer']:.3f} | {after['wer']:.3f} "
            f"| {low:.3f} to {high:.3f} | {len(parts.held_out)} | {elapsed:.0f} |"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifests", type=Path, nargs="+", help="manifest.tsv of each data set")
    parser.add_argument("--corpus", required=True, help="name of the corpus in the manifests")
    parser.add_argument("--bundle", type=Path, required=True, help="to start from")
    parser.add_argument("--out", type=Path, required=True, help="folder of clips and bundles")
    parser.add_argument("--minutes", type=float, nargs="+", default=[10.0, 30.0, 60.0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    listed = read_data_sets(options.manifests).values()
    utterances = [each for part in listed for each in part if each.corpus == options.corpus]
    print(HEADER)
    for row in measure(utterances, options.bundle, options.minutes, options.out):
        print(row, flush=True)


if __name__ == "__main__":
    main()
