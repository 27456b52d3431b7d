from training.evaluation.error_analysis import MOST, most_frequent


def test_edits_are_counted_by_kind():
    found = most_frequent(
        ["the cat sat", "the cat ran", "a dog"], ["a cat sat down", "a cat", "a dog"]
    )
    assert found == {
        "substitutions": [["the", "a", 2]],
        "deletions": [["ran", 1]],
        "insertions": [["down", 1]],
    }


def test_the_most_frequent_come_first_and_equals_by_the_alphabet():
    references = ["b", "a", "c", "c"]
    found = most_frequent(references, ["x"] * 4)["substitutions"]
    assert found == [["c", "x", 2], ["a", "x", 1], ["b", "x", 1]]


def test_the_list_is_short():
    words = [f"word{chr(97 + i)}" for i in range(20)]
    assert len(most_frequent(words, [""] * 20)["deletions"]) == MOST


def test_what_is_heard_where_nothing_was_said_is_left_out():
    assert most_frequent([""], ["noise"])["insertions"] == []
