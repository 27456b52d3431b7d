from tests.asr import toy
from training import card

RATES = {
    "utterances": 12,
    "words": 345,
    "wer": 0.1234,
    "cer": 0.0456,
    "substitutions": 7,
    "deletions": 8,
    "insertions": 9,
}


def written(directory, **changes):
    toy.write_bundle(directory, **changes)
    reports = {
        "songs-test": {
            "all": RATES,
            "corpora": {"an4": RATES | {"wer": 0.4321}},
            "real_time_factor": 0.0212,
            "expected_calibration_error": 0.0317,
        }
    }
    card.write(directory, reports, parameters=1_234_567, calibrated="songs-dev")
    return (directory / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_the_card_names_what_was_measured(tmp_path):
    text = written(tmp_path)
    assert "| songs-test | all | 12 | 345 | 0.123 | 0.046 | 7 | 8 | 9 |" in text
    assert "| songs-test | an4 | 12 | 345 | 0.432 | 0.046 | 7 | 8 | 9 |" in text
    assert "0.0212 on songs-test" in text
    assert "0.0317 on songs-test" in text


def test_the_card_names_what_the_manifest_says(tmp_path):
    source = {"name": "LJ", "hours": 1.5, "license": "public domain", "reference": "Ito 2017"}
    text = written(tmp_path, sources=[source], confidence={"scale": 0.625, "bias": -0.25})
    assert text.startswith("# toy 1\n")
    assert "1,234,567 parameters" in text
    assert "one frame each 20 ms" in text
    assert "scaled by 0.625 and shifted by -0.25, fitted on songs-dev" in text
    assert "| LJ | 1.5 | public domain | Ito 2017 |" in text


def test_the_card_shows_the_curves(tmp_path):
    assert "](curves.svg)" in written(tmp_path)
