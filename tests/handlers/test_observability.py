import json
from typing import Any

from asr.transcript import ModelIdentity, Timing, Transcript, Word
from handlers import observability


def test_metrics_and_logs_contain_no_words(capsys):
    transcript = Transcript(
        (Word("secret", 0.0, 1.0, 0.9),),
        2.0,
        ModelIdentity("m", "1", "ab"),
        Timing(1.0, 20.0, 0.01, cold_start=False),
    )
    observability.metrics.clear_metrics()
    observability.record_transcription(transcript)
    published: Any = observability.metrics.serialize_metric_set()
    observability.metrics.clear_metrics()
    assert {k: published[k] for k in ("AudioSeconds", "DecodeMs", "InferenceMs")} == {
        "AudioSeconds": [2.0],
        "DecodeMs": [1.0],
        "InferenceMs": [20.0],
    }
    assert published["RealTimeFactor"] == [0.01]
    assert "secret" not in capsys.readouterr().out


def test_errors_are_counted_by_code(capsys):
    observability.record_error("too_long", "25 hours")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (metric,) = [line for line in lines if "_aws" in line]
    assert (metric["code"], metric["Errors"]) == ("too_long", [1.0])
    (dimensions,) = metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    assert "code" in dimensions
