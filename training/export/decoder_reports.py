"""Compare greedy decoding with the beam search, and measure the cost of the language model."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from asr.decoding import ngram_model
from asr.transcriber import Transcriber
from training.data.manifest import Utterance
from training.evaluation.inference import transcribe_corpus
from training.evaluation.report import calibration_report, recognition_report

OMITTED = {"corpora", "lengths", "most_frequent_errors"}  # of the report: too long for a comparison


def decoder_reports(
    transcribers: Mapping[str, Transcriber], utterances: Sequence[Utterance]
) -> dict[str, Any]:
    """Report error rates, speed and calibration error on a data set, by decoder, for JSON."""
    reports = {}
    for decoder, transcriber in transcribers.items():
        results = transcribe_corpus(transcriber, utterances)
        rates = {
            key: value for key, value in recognition_report(results).items() if key not in OMITTED
        }
        error = calibration_report(results, "ctc")["expected_calibration_error"]
        reports[decoder] = rates | {"expected_calibration_error": error}
    return reports


def loading_cost(content: bytes) -> dict[str, Any]:
    """Measure memory (bytes) and processor time (ms) of opening a language model, for JSON."""
    started = time.process_time()
    model = ngram_model.load(content)
    elapsed = time.process_time() - started
    parts = (model.lexicon, *model.orders)
    arrays = [each for part in parts for each in vars(part).values()]
    memory = sum(each.nbytes for each in arrays if isinstance(each, np.ndarray))
    return {"open_ms": round(1000 * elapsed, 1), "memory_bytes": memory}
