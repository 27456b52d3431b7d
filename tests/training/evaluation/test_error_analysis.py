from training.evaluation.error_analysis import MAX_LISTED, most_frequent_errors


def test_edits_are_counted_by_kind():
    errors = most_frequent_errors(
        ["the cat sat", "the cat ran", "a dog"], ["a cat sat down", "a cat", "a dog"]
    )
    assert errors == {
        "substitutions": [["the", "a", 2]],
        "deletions": [["ran", 1]],
        "insertions": [["down", 1]],
    }


def test_errors_are_listed_by_descending_count_then_alphabetically():
    references = ["b", "a", "c", "c"]
    errors = most_frequent_errors(references, ["x"] * 4)["substitutions"]
    assert errors == [["c", "x", 2], ["a", "x", 1], ["b", "x", 1]]


def test_the_list_of_errors_is_limited():
    words = [f"word{chr(97 + i)}" for i in range(20)]
    assert len(most_frequent_errors(words, [""] * 20)["deletions"]) == MAX_LISTED


def test_insertions_into_an_empty_reference_are_ignored():
    assert most_frequent_errors([""], ["noise"])["insertions"] == []
