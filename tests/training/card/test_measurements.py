import json

import pytest

from tests.support.reports import REFERENCE, SPEECH
from training.card.measurements import FILE, Measurements, read_report
from training.errors import InputError
from training.evaluation.fidelity import Comparison

COMPARISON = Comparison("float32", 50, 0.0123, 0.0004, 0.511, 0.512, 13.9, 0.02, 0.03)


@pytest.mark.parametrize(
    "measured",
    [
        Measurements(10, "dev", {"test": SPEECH}),
        Measurements(10, "dev", {"test": SPEECH}, COMPARISON, REFERENCE),
    ],
    ids=["least", "most"],
)
def test_what_is_read_is_what_was_written(measured, tmp_path):
    measured.write(tmp_path)
    assert Measurements.read(tmp_path) == measured


def test_what_is_something_else_is_refused(tmp_path):
    (tmp_path / FILE).write_text(json.dumps({"parameters": 10}))
    with pytest.raises(InputError, match="calibrated"):
        Measurements.read(tmp_path)
    (tmp_path / "report.json").write_text("WER 0.5")
    with pytest.raises(InputError, match="not JSON"):
        read_report(tmp_path / "report.json")
