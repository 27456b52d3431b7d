"""Evaluation report of a data set: error rates by corpus and duration, calibration, word timing."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from asr.decoding.units import units_of
from asr.transcriber import Transcriber
from training.evaluation.calibration import (
    confidence_pairs,
    expected_calibration_error,
    reliability_bins,
)
from training.evaluation.error_analysis import most_frequent_errors
from training.evaluation.inference import Result
from training.evaluation.metrics import accuracy, bootstrap_interval, score
from training.evaluation.punctuation import punctuation_report
from training.evaluation.word_timing import ctc_aligner, pocketsphinx_aligner, word_timing_errors

DURATION_EDGES = (3, 6, 10, 15)  # seconds
DURATION_BANDS = (
    f"under {DURATION_EDGES[0]} s",
    *(f"{low} to {high} s" for low, high in pairwise(DURATION_EDGES)),
    f"{DURATION_EDGES[-1]} s and more",
)


def error_rates(results: Sequence[Result]) -> dict[str, Any]:
    """WER with its 95 % confidence interval, CER, and counts of edits, for JSON."""
    rates = score([r.utterance.text for r in results], [r.text for r in results])
    by_utterance = [score([r.utterance.text], [r.text]) for r in results]
    low, high = bootstrap_interval(
        [one.word_edits for one in by_utterance], [one.words for one in by_utterance]
    )
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
    """Share and number of clips that are classified correctly, for JSON."""
    share = accuracy([r.utterance.text for r in results], [r.text for r in results])
    return {
        "utterances": len(results),
        "accuracy": round(share, 4),
        "correct": round(share * len(results)),
    }


RATES: dict[str, Callable[[Sequence[Result]], dict[str, Any]]] = {
    "ctc": error_rates,
    "keyword": clip_accuracy,
}


def recognition_report(results: Sequence[Result], kind: str = "ctc") -> dict[str, Any]:
    """Report that needs only the transcripts of a recogniser of `kind`.

    Returns
    -------
    dict
        Rates of `all` clips, by name of the corpus in `corpora` and by band of duration in
        `lengths`; `most_frequent_errors` (`ctc` only); `audio_seconds` of the transcribed clips;
        `real_time_factor`, processor seconds per second of audio.
    """
    rates = RATES[kind]
    audio_seconds = sum(r.transcript.duration for r in results if r.transcript)
    cpu_seconds = sum(r.cpu_seconds for r in results if r.transcript)
    report: dict[str, Any] = {
        "all": rates(results),
        "corpora": {
            name: rates([r for r in results if r.utterance.corpus == name])
            for name in sorted({r.utterance.corpus for r in results})
        },
        "lengths": {
            DURATION_BANDS[band]: rates([r for r in results if _duration_band(r) == band])
            for band in sorted({_duration_band(r) for r in results})
        },
    }
    if kind == "ctc":
        report["most_frequent_errors"] = most_frequent_errors(
            [r.utterance.text for r in results], [r.text for r in results]
        )
    return report | {
        "audio_seconds": round(audio_seconds, 1),
        "real_time_factor": round(cpu_seconds / max(audio_seconds, 1e-9), 4),
    }


def bundle_report(results: Sequence[Result], transcriber: Transcriber) -> dict[str, Any]:
    """Report of a bundle: `recognition_report`, calibration, and, for `ctc`, word timing.

    Returns
    -------
    dict
        Also `confidence`, as `calibration_report` gives it; `punctuation`, of a model that writes
        case and marks, as `punctuation_report` gives it; and `word_timing` (`ctc` only): by
        aligner, the members of `training.evaluation.word_timing.TimingErrors`, or None.

    Raises
    ------
    InputError
        If a clip can no longer be read, for word timing.
    """
    kind = transcriber.manifest.kind
    report = recognition_report(results, kind) | {"confidence": calibration_report(results, kind)}
    if kind == "ctc" and units_of(transcriber.manifest.alphabet).are_written:
        report["punctuation"] = punctuation_report(results)
    if kind == "ctc":
        aligners = {"model": ctc_aligner(transcriber), "pocketsphinx": pocketsphinx_aligner()}
        report["word_timing"] = {
            name: errors and asdict(errors)
            for name, errors in word_timing_errors(results, aligners).items()
        }
    return report


def calibration_report(results: Sequence[Result], kind: str) -> dict[str, Any]:
    """`expected_calibration_error` and `bins` of the reliability diagram, for JSON."""
    bins = reliability_bins(*confidence_pairs(results, kind))
    return {
        "expected_calibration_error": round(expected_calibration_error(bins), 4),
        "bins": [asdict(one) for one in bins],
    }


def _duration_band(result: Result) -> int:
    return sum(result.utterance.seconds >= edge for edge in DURATION_EDGES)
