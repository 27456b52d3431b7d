import json
import re
import shutil
from dataclasses import replace

import pytest
import yaml

from asr import bundle
from tests.asr import toy
from tests.training import corpora
from tests.training.measured import REFERENCE, SPEECH, WORDS
from training import card
from training.card import CARD, rewrite
from training.command import InputError
from training.measurements import FILE, Measurements
from training.networks import build
from training.precision import Comparison

MEASURED = Measurements(parameters=1_234_567, calibrated="songs-dev", sets={"songs-test": SPEECH})
COMPARISON = Comparison("float32", 50, 0.0123, 0.0004, 0.511, 0.512, 13.9, 0.02, 0.03)


def written(directory, measured=MEASURED, **changes):
    toy.write_bundle(directory, **changes)
    card.write(directory, measured)
    return text_of(directory)


def text_of(directory):
    """The card, with each paragraph of prose on one line."""
    return re.sub(r"(?<=[^|\n])\n(?=[^|\n])", " ", (directory / CARD).read_text(encoding="utf-8"))


def test_the_card_names_what_was_measured(tmp_path):
    text = written(tmp_path)
    assert "| songs-test | all | 12 | 345 | 0.123 | 0.046 | 0.101 to 0.146 | 7 | 8 | 9 |" in text
    assert "| songs-test | an4 | 12 | 345 | 0.432 | 0.046 |" in text
    assert "0.0212 on songs-test" in text
    assert "0.0317 on songs-test" in text


def test_the_card_tells_rates_by_length_short_clips_first(tmp_path):
    text = written(tmp_path)
    short = text.index("| songs-test | under 3 s | 12 | 345 | 0.222 |")
    assert short < text.index("| songs-test | 15 s and more | 12 | 345 | 0.333 |")


def test_the_card_names_the_most_frequent_mistakes(tmp_path):
    text = written(tmp_path)
    assert "| songs-test | the → a (31), in → an (9), " in text
    assert "| of (21) | uh (11) |" in text
    assert "annnnn" not in text  # the sixth is one too many


def test_the_card_tells_how_far_times_stray(tmp_path):
    text = written(tmp_path)
    assert "| songs-test | itself | 300 | 13 ms | 21 ms | 87 ms |" in text
    assert "| songs-test | pocketsphinx | 280 | 53 ms | 61 ms | 187 ms |" in text
    assert "An output frame lasts 20 ms" in text


def test_where_no_word_was_heard_right_the_card_has_no_times(tmp_path):
    deaf = replace(
        MEASURED,
        sets={"songs-test": SPEECH | {"word_times": {"itself": None, "pocketsphinx": None}}},
    )
    assert " ms | " not in written(tmp_path, deaf)


def test_the_card_names_what_the_manifest_says(tmp_path):
    source = {"name": "LJ", "hours": 1.5, "license": "public domain", "reference": "Ito 2017"}
    text = written(tmp_path, sources=[source], confidence={"scale": 0.625, "bias": -0.25})
    assert text.startswith("# toy 1\n")
    assert "1,234,567 parameters" in text
    assert "one frame each 20 ms" in text
    assert "scaled by 0.625 and shifted by -0.25, fitted on songs-dev" in text
    assert "| LJ | 1.5 | public domain | Ito 2017 |" in text


def test_the_card_shows_its_pictures(tmp_path):
    text = written(tmp_path)
    assert "](curves.svg)" in text
    assert "](reliability.svg)" in text
    assert "<svg" in (tmp_path / "reliability.svg").read_text(encoding="utf-8")


def test_the_card_compares_with_the_network_where_that_was_done(tmp_path):
    assert "Against the network" not in written(tmp_path)
    text = written(tmp_path, replace(MEASURED, comparison=COMPARISON))
    assert "first 50 clips of songs-dev" in text
    assert "0.511 against 0.512" in text


def test_the_card_puts_a_reference_beside_the_model(tmp_path):
    assert "Beside PocketSphinx" not in written(tmp_path)
    text = written(tmp_path, replace(MEASURED, reference=REFERENCE))
    assert "| songs-test | toy | 12 of 12 | 0.123 | 0.046 | 0.101 to 0.146 | 0.021 |" in text
    assert "| songs-test | pocketsphinx-en-us | 5 of 12 | 0.654 | 0.399 |" in text
    assert "drawn at random (seed 3)" in text


def test_the_card_of_a_keyword_bundle_tells_its_accuracy_and_its_words(tmp_path):
    toy.write_keyword_bundle(tmp_path)
    card.write(tmp_path, Measurements(10, "words-dev", {"words-test": WORDS}))
    text = text_of(tmp_path)
    assert "| words-test | fsdd | 50 | 49 | 0.980 |" in text
    assert "| words-test | under 3 s | 50 | 49 | 0.980 |" in text
    assert "one of 3 words a clip" in text
    assert "clips of up to 2 seconds" in text
    assert "no, yes, smart mirror" in text
    assert "](confusions.svg)" in text
    assert "](reliability.svg)" in text
    assert "WER" not in text


@pytest.fixture
def exported(tmp_path):
    """A bundle with its card."""
    written(tmp_path / "bundle", replace(MEASURED, comparison=COMPARISON))
    return tmp_path / "bundle"


def reported(directory, wer=0.0987):
    """What `training.evaluate` would print of the bundle, as a file."""
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
    toy.write_bundle(exported.parent / "other", name="other")
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
    recipe.write_text(yaml.safe_dump(vars(corpora.recipe())))
    report = reported(exported)
    with pytest.raises(InputError, match="--report, --recipe and --calibrated"):
        rewrite(exported, report, recipe=recipe)
    rewrite(exported, report, recipe=recipe, calibrated="songs-dev")
    members = corpora.recipe()
    recogniser, _ = build(members.network, members.front_end, members.parameters)
    weights = sum(parameter.numel() for parameter in recogniser.parameters())
    assert f"{weights:,} parameters" in text_of(exported)
