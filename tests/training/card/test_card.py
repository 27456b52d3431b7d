import json
import shutil
from dataclasses import replace

import pytest
import yaml

from asr import bundle
from tests.support import tone_corpus, toy_model
from tests.support.reports import FIDELITY, MEASUREMENTS, RECOGNITION_REPORT, REFERENCE_REPORT
from training.card import card
from training.card.card import CARD, update_card
from training.card.measurements import FILE
from training.errors import InputError
from training.networks.registry import build


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    directory = toy_model.write_bundle(tmp_path_factory.mktemp("written") / "bundle")
    card.write_card(directory, replace(MEASUREMENTS, fidelity=FIDELITY))
    return directory


@pytest.fixture
def exported(written, tmp_path):
    """A bundle with its card."""
    return shutil.copytree(written, tmp_path / "bundle")


def write_report(directory, wer=0.0987):
    """Write a report of `python -m training evaluate` on the bundle beside it."""
    report = {
        "recogniser": {"sha256": bundle.load(str(directory)).sha256},
        "sets": {
            "songs-new": RECOGNITION_REPORT | {"all": RECOGNITION_REPORT["all"] | {"wer": wer}}
        },
    }
    file = directory.parent / "report.json"
    file.write_text(json.dumps(report))
    return file


def test_the_card_has_the_figures_of_its_bundle(exported):
    text = (exported / CARD).read_text(encoding="utf-8")
    assert "](curves.svg)" in text
    assert "](reliability.svg)" in text
    assert "<svg" in (exported / "reliability.svg").read_text(encoding="utf-8")


def test_updating_a_card_without_new_measurements_reproduces_it(exported):
    before = {path.name: path.read_bytes() for path in exported.iterdir()}
    (exported / CARD).unlink()
    update_card(exported)
    assert {path.name: path.read_bytes() for path in exported.iterdir()} == before


def test_a_new_report_and_a_reference_change_the_card_but_not_the_model(exported, monkeypatch):
    before = [(exported / name).read_bytes() for name in ("manifest.json", "model.pt")]
    report = write_report(exported)
    reference = exported.parent / "reference.json"
    reference.write_text(
        json.dumps(
            REFERENCE_REPORT | {"sets": {"songs-new": REFERENCE_REPORT["sets"]["songs-test"]}}
        )
    )
    arguments = ["card", exported, "--report", report, "--reference", reference]
    monkeypatch.setattr("sys.argv", [str(argument) for argument in arguments])
    card.main()
    text = (exported / CARD).read_text(encoding="utf-8")
    assert "| songs-new | all | 12 | 345 | 0.099 |" in text
    assert "| songs-new | pocketsphinx-en-us | 5 of 12 | 0.654 |" in text
    assert "songs-test" not in text
    assert "1,234,567 parameters" in text
    assert "trained network in float32" in text  # measurements that are not given are kept
    assert before == [(exported / name).read_bytes() for name in ("manifest.json", "model.pt")]


def test_a_report_of_another_bundle_is_rejected(exported):
    report = write_report(exported)
    shutil.copytree(exported, exported.parent / "other")
    toy_model.write_bundle(exported.parent / "other", name="other")
    with pytest.raises(InputError, match="another bundle"):
        update_card(exported.parent / "other", report)


def test_a_report_of_beam_search_is_rejected(exported):
    file = write_report(exported)
    report = json.loads(file.read_text())
    report["recogniser"]["decoder"] = "beam"
    file.write_text(json.dumps(report))
    with pytest.raises(InputError, match="is of the decoder beam, expected greedy"):
        update_card(exported, file)


def test_a_bundle_without_measurements_needs_a_report_a_recipe_and_a_calibration_set(exported):
    (exported / FILE).unlink()
    recipe = tone_corpus.recipe()
    file = exported.parent / "recipe.yaml"
    file.write_text(yaml.safe_dump(vars(recipe)))
    report = write_report(exported)
    with pytest.raises(InputError, match="--report, --recipe and --calibration-set"):
        update_card(exported, report, recipe=file)
    update_card(exported, report, recipe=file, calibration_set="songs-dev")
    recogniser, _ = build(recipe.network, recipe.front_end, recipe.parameters)
    parameters = sum(parameter.numel() for parameter in recogniser.parameters())
    text = (exported / CARD).read_text(encoding="utf-8")
    assert f"{parameters:,} parameters" in text
