import json
import re
import shutil
from dataclasses import replace

import pytest
import yaml

from asr import bundle
from tests.support import tone_corpus, toy_model
from tests.support.reports import (
    COMPARISON,
    MEASURED,
    REFERENCE,
    SPEECH,
)
from training.card import card
from training.card.card import CARD, rewrite
from training.card.measurements import FILE
from training.errors import InputError
from training.networks.registry import build


def written(directory, measured=MEASURED, **changes):
    toy_model.write_bundle(directory, **changes)
    card.write(directory, measured)
    return text_of(directory)


def text_of(directory):
    """The card, with each paragraph of prose on one line."""
    return re.sub(r"(?<=[^|\n])\n(?=[^|\n])", " ", (directory / CARD).read_text(encoding="utf-8"))


def test_the_card_shows_its_pictures(tmp_path):
    text = written(tmp_path)
    assert "](curves.svg)" in text
    assert "](reliability.svg)" in text
    assert "<svg" in (tmp_path / "reliability.svg").read_text(encoding="utf-8")


@pytest.fixture
def exported(tmp_path):
    """A bundle with its card."""
    written(tmp_path / "bundle", replace(MEASURED, comparison=COMPARISON))
    return tmp_path / "bundle"


def reported(directory, wer=0.0987):
    """What `training.evaluation.evaluate` would print of the bundle, as a file."""
    printed = {
        "recogniser": {"sha256": bundle.load(str(directory)).sha256},
        "sets": {"songs-new": SPEECH | {"all": SPEECH["all"] | {"wer": wer}}},
    }
    file = directory.parent / "report.json"
    file.write_text(json.dumps(printed))
    return file


def test_a_card_is_written_anew_as_it_was(exported):
    before = {path.name: path.read_bytes() for path in exported.iterdir()}
    (exported / CARD).unlink()
    rewrite(exported)
    assert {path.name: path.read_bytes() for path in exported.iterdir()} == before


def test_a_new_report_and_a_reference_change_the_card_and_nothing_sealed(exported, monkeypatch):
    sealed = [(exported / name).read_bytes() for name in ("manifest.json", "model.pt")]
    report = reported(exported)
    reference = exported.parent / "reference.json"
    reference.write_text(
        json.dumps(REFERENCE | {"sets": {"songs-new": REFERENCE["sets"]["songs-test"]}})
    )
    arguments = ["card", exported, "--report", report, "--reference", reference]
    monkeypatch.setattr("sys.argv", [str(argument) for argument in arguments])
    card.main()
    text = text_of(exported)
    assert "| songs-new | all | 12 | 345 | 0.099 |" in text
    assert "| songs-new | pocketsphinx-en-us | 5 of 12 | 0.654 |" in text
    assert "songs-test" not in text
    assert "1,234,567 parameters" in text
    assert "Against the network" in text  # what is not given stays
    assert sealed == [(exported / name).read_bytes() for name in ("manifest.json", "model.pt")]


def test_a_report_of_another_bundle_is_refused(exported):
    report = reported(exported)
    shutil.copytree(exported, exported.parent / "other")
    toy_model.write_bundle(exported.parent / "other", name="other")
    with pytest.raises(InputError, match="another bundle"):
        rewrite(exported.parent / "other", report)


def test_a_report_of_the_other_decoder_is_refused(exported):
    report = reported(exported)
    printed = json.loads(report.read_text())
    printed["recogniser"]["decoder"] = "beam"
    report.write_text(json.dumps(printed))
    with pytest.raises(InputError, match="is of the decoder beam"):
        rewrite(exported, report)


def test_a_bundle_without_measurements_needs_a_report_a_recipe_and_a_set(exported):
    (exported / FILE).unlink()
    recipe = exported.parent / "recipe.yaml"
    recipe.write_text(yaml.safe_dump(vars(tone_corpus.recipe())))
    report = reported(exported)
    with pytest.raises(InputError, match="--report, --recipe and --calibrated"):
        rewrite(exported, report, recipe=recipe)
    rewrite(exported, report, recipe=recipe, calibrated="songs-dev")
    members = tone_corpus.recipe()
    recogniser, _ = build(members.network, members.front_end, members.parameters)
    weights = sum(parameter.numel() for parameter in recogniser.parameters())
    assert f"{weights:,} parameters" in text_of(exported)
