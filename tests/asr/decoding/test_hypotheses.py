import numpy as np

from asr.decoding.hypotheses import (
    BEAM_THRESHOLD,
    EMPTY_TEXT,
    Beam,
    Extensions,
    extended_hash,
    merge,
    prune,
)


def beam(*texts: tuple[int, ...]) -> Beam:
    """Hypotheses of these texts (classes of their characters); scores are zero."""
    hashes = []
    for text in texts:
        hashed = [np.array([EMPTY_TEXT])]
        for label in text:
            hashed.append(extended_hash(hashed[-1], np.array([label])))
        hashes.append((hashed[-1][0], hashed[-2][0] if text else EMPTY_TEXT))
    zeros = np.zeros(len(texts))
    nodes = np.zeros(len(texts), np.int64)
    last = np.array([text[-1] if text else 9 for text in texts])
    whole, prefix = (np.array(column, np.uint64) for column in zip(*hashes, strict=True))
    return Beam(
        *(zeros, zeros, zeros, zeros, zeros, last, nodes, nodes[:, None]),
        text=whole,
        prefix=prefix,
        phrase=nodes,
    )


def extensions(paths: np.ndarray, classes: list[int]) -> Extensions:
    empty = np.zeros_like(paths)
    return Extensions(np.array(classes), paths, empty, empty, empty, empty.astype(np.int64))


def test_the_order_of_characters_changes_the_hash():
    texts = beam((0, 1), (1, 0), (0,), ()).text
    assert len(set(texts.tolist())) == 4


def test_an_extension_to_a_text_in_the_beam_adds_its_paths_to_that_text():
    paths = np.log(np.array([[0.2, 0.1], [0.3, 0.4]]))
    added = extensions(paths.copy(), [0, 1])
    merged = merge(beam((0,), (0, 1)), added, np.log(np.array([0.5, 0.25])))
    # "0" extended by 1 is "0 1", the second hypothesis; the empty text is not in the beam.
    np.testing.assert_allclose(np.exp(merged), [0.5, 0.25 + 0.1])
    assert added.paths[0, 1] == -np.inf
    np.testing.assert_array_equal(added.paths[[0, 1, 1], [0, 0, 1]], paths[[0, 1, 1], [0, 0, 1]])


def test_pruning_keeps_the_best_within_the_threshold():
    unchanged = np.array([0.0, -BEAM_THRESHOLD - 1])
    extended = np.array([[-1.0, -2.0], [-3.0, -np.inf]])
    for size, kept in ((10, {0.0, -1.0, -2.0, -3.0}), (2, {0.0, -1.0})):
        stays, grown = prune(unchanged, extended, size)
        scores = [*unchanged[stays], *extended.reshape(-1)[grown]]
        assert set(scores) == kept
