"""Error rates of a bundle on a corpus, through the very pipeline that serves.

`python -m training.evaluate --bundle DIR --manifest DIR/manifest.tsv` prints WER and CER (of a
keyword bundle, its accuracy) in all and per corpus as JSON.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from asr import bundle
from asr.audio import Budget
from asr.errors import TooShortError
from asr.transcriber import Transcriber
from asr.transcript import Transcript
from training.bootstrap import interval
from training.corpus import Utterance, read_manifest
from training.scoring import accuracy, score

MAX_SECONDS = 600.0


@dataclass(frozen=True)
class Result:
    """An utterance and what was heard in it; None where it is too short to hear anything."""

    utterance: Utterance
    transcript: Transcript | None

    @property
    def text(self) -> str:
        """The transcript's text."""
        return self.transcript.text if self.transcript else ""


def transcribe(transcriber: Transcriber, utterances: Sequence[Utterance]) -> list[Result]:
    """Transcribe each clip as a request would be."""
    budget = Budget(max_seconds=MAX_SECONDS)
    results = []
    for utterance in tqdm(utterances, unit="clip", disable=not sys.stderr.isatty()):
        try:
            heard = transcriber.transcribe(utterance.path.read_bytes(), budget)
        except TooShortError:
            heard = None
        results.append(Result(utterance, heard))
    return results


def error_rates(results: Sequence[Result]) -> dict[str, Any]:
    """Rates, the 95 % interval of WER, and counts of edits, for JSON."""
    rates = score([r.utterance.text for r in results], [r.text for r in results])
    alone = [score([r.utterance.text], [r.text]) for r in results]
    low, high = interval([one.word_edits for one in alone], [one.words for one in alone])
    return {
        "utterances": rates.utterances,
        "words": rates.words,
        "wer": round(rates.wer, 4),
        "wer_interval": [round(low, 4), round(high, 4)],
        "cer": round(rates.cer, 4),
        "substitutions": rates.substitutions,
        "deletions": rates.deletions,
        "insertions": rates.insertions,
    }


def clip_accuracy(results: Sequence[Result]) -> dict[str, Any]:
    """The share and the number of clips that are right, for JSON."""
    share = accuracy([r.utterance.text for r in results], [r.text for r in results])
    return {
        "utterances": len(results),
        "accuracy": round(share, 4),
        "right": round(share * len(results)),
    }


RATES: dict[str, Callable[[Sequence[Result]], dict[str, Any]]] = {
    "ctc": error_rates,
    "keyword": clip_accuracy,
}


def report(results: Iterable[Result], kind: str = "ctc") -> dict[str, Any]:
    """Score what a bundle of `kind` heard, in all and per corpus."""
    rates = RATES[kind]
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[result.utterance.corpus].append(result)
    everything = [result for group in groups.values() for result in group]
    seconds = sum(r.transcript.duration for r in everything if r.transcript)
    spent = sum(
        r.transcript.timing.real_time_factor * r.transcript.duration
        for r in everything
        if r.transcript
    )
    return {
        "all": rates(everything),
        "corpora": {name: rates(group) for name, group in sorted(groups.items())},
        "audio_seconds": round(seconds, 1),
        "real_time_factor": round(spent / seconds, 4),
    }


@command
def main() -> None:
    """Read the command line and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", default="", help="directory or s3:// prefix")
    parser.add_argument("--manifest", type=Path, required=True)
    arguments = parser.parse_args()
    transcriber = Transcriber(bundle.load(arguments.bundle))
    results = transcribe(transcriber, read_manifest(arguments.manifest))
    print(json.dumps(report(results, transcriber.manifest.kind), indent=2))


if __name__ == "__main__":
    main()
