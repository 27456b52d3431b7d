"""What was heard, scored: error rates in all, by corpus and by length, and what goes with them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from asr.transcriber import Transcriber
from training.evaluation import word_timing
from training.evaluation.calibration import trials
from training.evaluation.error_analysis import most_frequent
from training.evaluation.inference import Result
from training.evaluation.metrics import accuracy, interval, score
from training.evaluation.reliability import bins, expected_calibration_error

# Seconds that part the bands of length.
EDGES = (3, 6, 10, 15)
BANDS = (
    f"under {EDGES[0]} s",
    *(f"{low} to {high} s" for low, high in pairwise(EDGES)),
    f"{EDGES[-1]} s and more",
)


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


def report(results: Sequence[Result], kind: str = "ctc") -> dict[str, Any]:
    """Score what a recogniser of `kind` heard: all that its transcripts alone tell.

    Returns
    -------
    dict
        `all`, `corpora` and `lengths` (by name of the band) with rates, `mistakes` (of speech),
        `audio_seconds` of what was heard, and `real_time_factor`: processor seconds to a second of
        it.
    """
    rates = RATES[kind]
    seconds = sum(r.transcript.duration for r in results if r.transcript)
    spent = sum(r.spent for r in results if r.transcript)
    scored: dict[str, Any] = {
        "all": rates(results),
        "corpora": {
            name: rates([r for r in results if r.utterance.corpus == name])
            for name in sorted({r.utterance.corpus for r in results})
        },
        "lengths": {
            BANDS[band]: rates([r for r in results if _band(r) == band])
            for band in sorted({_band(r) for r in results})
        },
    }
    if kind == "ctc":
        scored["mistakes"] = most_frequent(
            [r.utterance.text for r in results], [r.text for r in results]
        )
    return scored | {
        "audio_seconds": round(seconds, 1),
        "real_time_factor": round(spent / max(seconds, 1e-9), 4),
    }


def full_report(results: Sequence[Result], transcriber: Transcriber) -> dict[str, Any]:
    """As `report`, with how far the confidences and the times of a bundle can be believed.

    Returns
    -------
    dict
        Also `confidence` (`expected_calibration_error` and `bins`), and of speech `word_times`, by
        who aligned: what `training.evaluation.time_errors.TimeErrors` has, or None.
    """
    kind = transcriber.manifest.kind
    scored = report(results, kind) | {"confidence": confidence(results, kind)}
    if kind == "ctc":
        aligners = {
            "itself": word_timing.by_itself(transcriber),
            "pocketsphinx": word_timing.by_pocketsphinx(),
        }
        scored["word_times"] = {
            name: errors and asdict(errors)
            for name, errors in word_timing.measure(results, aligners).items()
        }
    return scored


def confidence(results: Sequence[Result], kind: str) -> dict[str, Any]:
    """Reliability of confidences, for JSON."""
    curve = bins(*trials(results, kind))
    return {
        "expected_calibration_error": round(expected_calibration_error(curve), 4),
        "bins": [asdict(one) for one in curve],
    }


def _band(result: Result) -> int:
    return sum(result.utterance.seconds >= edge for edge in EDGES)
