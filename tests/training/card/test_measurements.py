import json

import pytest

from tests.support.reports import FIDELITY, RECOGNITION_REPORT, REFERENCE_REPORT
from training.card.measurements import FILE, Measurements, read_report
from training.errors import InputError


@pytest.mark.parametrize(
    "measurements",
    [
        Measurements(10, "dev", {"test": RECOGNITION_REPORT}),
        Measurements(10, "dev", {"test": RECOGNITION_REPORT}, FIDELITY, REFERENCE_REPORT),
    ],
    ids=["required", "optional"],
)
def test_written_measurements_are_read_back(measurements, tmp_path):
    measurements.write(tmp_path)
    assert Measurements.read(tmp_path) == measurements


def test_a_file_without_the_required_members_is_rejected(tmp_path):
    (tmp_path / FILE).write_text(json.dumps({"parameters": 10}))
    with pytest.raises(InputError, match="must be a JSON object with calibration_set, parameters"):
        Measurements.read(tmp_path)


def test_a_report_that_is_not_json_is_rejected(tmp_path):
    (tmp_path / "report.json").write_text("WER 0.5")
    with pytest.raises(InputError, match="not JSON"):
        read_report(tmp_path / "report.json")
