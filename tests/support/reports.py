"""Example reports and measurements of evaluation, in which every figure is different."""

from typing import Any

from training.card.measurements import Measurements
from training.evaluation.fidelity import Fidelity

RATES: dict[str, Any] = {
    "utterances": 12,
    "words": 345,
    "wer": 0.1234,
    "wer_interval": [0.101, 0.1459],
    "cer": 0.0456,
    "substitutions": 7,
    "deletions": 8,
    "insertions": 9,
}
RECOGNITION_REPORT: dict[str, Any] = {
    "clips_listed": 12,
    "all": RATES,
    "corpora": {"an4": RATES | {"wer": 0.4321}},
    "lengths": {"under 3 s": RATES | {"wer": 0.2222}, "15 s and more": RATES | {"wer": 0.3333}},
    "most_frequent_errors": {
        "substitutions": [["the", "a", 31]] + [["in", f"an{'n' * i}", 9 - i] for i in range(9)],
        "deletions": [["of", 21]],
        "insertions": [["uh", 11]],
    },
    "audio_seconds": 61.0,
    "real_time_factor": 0.0212,
    "confidence": {
        "expected_calibration_error": 0.0317,
        "bins": [
            {"words": 100, "confidence": 0.25, "accuracy": 0.3},
            {"words": 200, "confidence": 0.75, "accuracy": 0.7},
        ],
    },
    "word_timing": {
        "model": {"words": 300, "mean": 0.021, "median": 0.013, "percentile_95": 0.087},
        "pocketsphinx": {"words": 280, "mean": 0.061, "median": 0.053, "percentile_95": 0.187},
    },
}
REFERENCE_REPORT: dict[str, Any] = {
    "recogniser": {"name": "pocketsphinx-en-us", "version": "5", "sha256": ""},
    "seed": 3,
    "sets": {
        "songs-test": {
            "clips_listed": 12,
            "all": RATES | {"utterances": 5, "wer": 0.6543, "cer": 0.3987},
            "real_time_factor": 0.4567,
        }
    },
}
CLASSIFICATION_REPORT: dict[str, Any] = {
    "clips_listed": 50,
    "all": {"utterances": 50, "accuracy": 0.98, "correct": 49},
    "corpora": {"fsdd": {"utterances": 50, "accuracy": 0.98, "correct": 49}},
    "lengths": {"under 3 s": {"utterances": 50, "accuracy": 0.98, "correct": 49}},
    "audio_seconds": 25.0,
    "real_time_factor": 0.01,
    "confidence": {"expected_calibration_error": 0.02, "bins": []},
}

MEASUREMENTS = Measurements(
    parameters=1_234_567, calibration_set="songs-dev", sets={"songs-test": RECOGNITION_REPORT}
)
FIDELITY = Fidelity("float32", 50, 0.0123, 0.0004, 0.511, 0.512, 13.9, 0.02, 0.03)
