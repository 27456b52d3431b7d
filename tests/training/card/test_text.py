import re
from dataclasses import replace

from asr import bundle
from tests.support import toy_model
from tests.support.reports import (
    COMPARISON,
    MEASURED,
    REFERENCE,
    SPEECH,
    WORDS,
)
from training.card import text as card_text
from training.card.measurements import Measurements


def written(directory, measured=MEASURED, **changes):
    """The card of the toy, with each paragraph of prose on one line."""
    manifest = bundle.load(str(toy_model.write_bundle(directory, **changes))).manifest
    return re.sub(r"(?<=[^|\n])\n(?=[^|\n])", " ", card_text.trained(manifest, measured))


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
    manifest = bundle.load(str(toy_model.write_keyword_bundle(tmp_path))).manifest
    text = card_text.trained(manifest, Measurements(10, "words-dev", {"words-test": WORDS}))
    assert "| words-test | fsdd | 50 | 49 | 0.980 |" in text
    assert "| words-test | under 3 s | 50 | 49 | 0.980 |" in text
    assert "one of 3 words a clip" in text
    assert "clips of up to 2 seconds" in text
    assert "no, yes, smart mirror" in text
    assert "](confusions.svg)" in text
    assert "](reliability.svg)" in text
    assert "WER" not in text


def test_prose_is_wrapped_and_tables_are_not(tmp_path):
    manifest = bundle.load(str(toy_model.write_bundle(tmp_path))).manifest
    lines = card_text.trained(manifest, MEASURED).splitlines()
    assert max(len(line) for line in lines if not line.startswith(("|", "!"))) <= 100
    assert max(map(len, lines)) > 100


def test_the_card_of_a_published_model_tells_its_published_rates(tmp_path):
    manifest = bundle.load(str(toy_model.write_bundle(tmp_path))).manifest
    text = card_text.published(manifest, 94_400_000, "It was trained by others.", "WER 3.4 / 8.6")
    assert text.startswith("# toy 1\n")
    assert "94,400,000 parameters" in text
    assert "It was trained by others." in text
    assert "WER 3.4 / 8.6" in text
