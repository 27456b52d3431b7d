import pytest

from tests.support.reports import REFERENCE, SPEECH, WORDS
from training.card import tables

SETS = {"songs-dev": SPEECH, "songs-test": SPEECH | {"real_time_factor": 0.5}}
TABLES = {
    "corpus": tables.by_corpus(SETS, "ctc"),
    "length": tables.by_length(SETS, "ctc"),
    "words": tables.by_corpus({"words-test": WORDS}, "keyword"),
    "reference": tables.beside("toy", SETS, REFERENCE),
    "mistakes": tables.mistakes(SETS),
    "times": tables.word_times(SETS),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_row_has_a_cell_for_each_column(table):
    rows = table.splitlines()
    assert len(rows) > 2
    assert len({row.count("|") for row in rows}) == 1
    assert set(rows[1]) == set("|- ")


@pytest.mark.parametrize(
    ("name", "rows"), [("corpus", 4), ("length", 4), ("mistakes", 2), ("times", 4)]
)
def test_every_set_has_its_rows(name, rows):
    body = TABLES[name].splitlines()[2:]
    assert len(body) == rows
    assert sum(row.startswith("| songs-dev |") for row in body) == rows / 2


def test_a_reference_stands_beside_the_model_on_the_sets_that_it_heard():
    model, reference = TABLES["reference"].splitlines()[2:]
    assert model.startswith("| songs-test | toy |")
    assert model.endswith("| 0.500 |")
    assert reference.startswith("| songs-test | pocketsphinx-en-us |")
    assert reference.endswith("| 0.457 |")


def test_a_reference_stands_alone_on_a_set_that_the_model_did_not_hear():
    other = REFERENCE | {"sets": {"elsewhere": REFERENCE["sets"]["songs-test"]}}
    (row,) = tables.beside("toy", SETS, other).splitlines()[2:]
    assert row.startswith("| elsewhere | pocketsphinx-en-us |")
