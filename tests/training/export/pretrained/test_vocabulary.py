import pytest

from asr.decoding.units import units_of
from training.errors import InputError
from training.export.pretrained.vocabulary import check_classes, labels_alphabet


def text(alphabet, *classes):
    """The text that consecutive classes of one word write."""
    return units_of(alphabet).decode(list(classes))


def test_labels_in_capitals_alone_are_lower_cased():
    alphabet = labels_alphabet(["<pad>", "|", "A", "B", "'"], 0)
    assert alphabet.labels == ("", "|", "a", "b", "'")
    assert (alphabet.blank, alphabet.word_boundary) == (0, "|")


@pytest.mark.parametrize("labels", [["|", "A", "b"], ["|", "Ж", "д"], ["|", "中", "文"]])
def test_labels_of_both_cases_or_none_are_kept(labels):
    assert labels_alphabet([*labels, ""], 3).labels == (*labels, "")


def test_special_labels_write_nothing():
    alphabet = labels_alphabet(["<pad>", "<unk>", "[UNK]", " ", "a"], 0, special={"<unk>", "[UNK]"})
    assert alphabet.labels == ("", "", "", " ", "a")
    assert text(alphabet, 4, 1, 2, 4) == "aa"


def test_the_boundary_of_sentencepiece_begins_a_word():
    alphabet = labels_alphabet(["▁the", "▁", "re", "<0xC3>", "<0xA9>", "<blank>"], 5)
    assert alphabet.word_boundary == "▁"
    assert text(alphabet, 0, 2, 3, 4) == "thereé"
    assert units_of(alphabet).starts_word.tolist() == [True, True, False, False, False, False]


def test_wordpiece_is_written_as_sentencepiece_writes_it():
    alphabet = labels_alphabet(["un", "##able", "##s", "[PAD]"], 3)
    assert alphabet.labels == ("▁un", "able", "s", "")
    assert alphabet.word_boundary == "▁"


def test_byte_level_pieces_keep_their_boundary():
    alphabet = labels_alphabet(["Ġthe", "re", "<pad>"], 2)
    assert alphabet.word_boundary == "Ġ"
    assert text(alphabet, 0, 1) == "there"


def test_a_script_without_spaces_has_no_boundary():
    assert labels_alphabet(["", "水", "を"], 0).word_boundary == ""


def test_an_output_layer_of_another_size_is_refused():
    with pytest.raises(InputError, match="has 4 classes, expected 2 labels and the blank"):
        check_classes(["a", "b"], {"head.weight": [0, 1, 2, 3]}, "head.weight")
