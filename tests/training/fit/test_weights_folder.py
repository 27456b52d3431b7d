import json

import pytest
import torch

from training.errors import InputError
from training.fit.weights_folder import (
    DESCRIPTION,
    WEIGHTS,
    WeightsSource,
    load_weights,
    save_weights,
)

SOURCE = WeightsSource("net", "https://example.org/net.pt", "ab" * 32, "MIT", "(c) X", "X 2026")


def test_weights_are_loaded_as_saved(tmp_path):
    weights = {"network.a": torch.arange(3.0), "network.b": torch.ones(2, 2).half()}
    save_weights(tmp_path, weights, SOURCE)
    loaded = load_weights(tmp_path)
    assert loaded.keys() == weights.keys()
    assert all(torch.equal(loaded[name], value) for name, value in weights.items())


def test_the_description_has_source_licence_and_digests(tmp_path):
    save_weights(tmp_path, {}, SOURCE)
    description = json.loads((tmp_path / DESCRIPTION).read_text())
    assert description["source"] == SOURCE.source
    assert (description["license"], description["source_sha256"]) == ("MIT", "ab" * 32)
    assert (description["file"], len(description["sha256"])) == (WEIGHTS, 64)


@pytest.mark.parametrize("file", [WEIGHTS, DESCRIPTION])
def test_damaged_weights_are_rejected(file, tmp_path):
    save_weights(tmp_path, {"network.a": torch.ones(1)}, SOURCE)
    (tmp_path / file).write_bytes(b"{}")
    with pytest.raises(InputError, match=r"SHA-256 is|holds no imported weights"):
        load_weights(tmp_path)
