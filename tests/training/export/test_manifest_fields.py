import math
from typing import Any, cast

import numpy as np
import pytest
import torch

from asr import windows
from asr.acoustic_model import AcousticModel
from training.export.bundle_writer import MODEL_FILE, new_bundle
from training.export.manifest_fields import OVERLAP_SECONDS, ctc_fields, keyword_fields
from training.export.torchscript import save_torchscript
from training.networks.convolutional import Convolutional
from training.networks.registry import build

FRONT_END: dict[str, Any] = {"mels": 16, "hop_seconds": 0.01, "window_seconds": 0.025}
NETWORK: dict[str, Any] = {"width": 16, "kernels": [5, 7, 5], "dilations": [1, 2, 1]}


@pytest.mark.parametrize(
    ("context", "overlap"), [(math.inf, OVERLAP_SECONDS), (0.5, 1.04), (3.92, 7.84), (9.0, 4.0)]
)
def test_windows_overlap_by_twice_a_bounded_context(context, overlap):
    fields = ctc_fields(0.04, context_seconds=context)
    assert fields["overlap_seconds"] == pytest.approx(overlap)


def test_a_keyword_bundle_has_words_as_labels_and_no_alphabet():
    assert keyword_fields(["no", "yes"]) == {
        "kind": "keyword", "labels": ("no", "yes"), "window_seconds": 6.0,
    }  # fmt: skip


@pytest.fixture(scope="module", params=[1, 2])
def bounded(request, tmp_path_factory):
    """A bundle of random weights with windows of 3 s that overlap by its bounded context."""
    directory = tmp_path_factory.mktemp("bounded")
    torch.manual_seed(0)
    front_end = FRONT_END | {"normalisation": "fixed"}
    recogniser, frame_seconds = build(
        "convolutional", front_end, NETWORK | {"outputs_per_frame": request.param}
    )
    with torch.no_grad():  # the output of random weights hardly varies between frames
        cast(Convolutional, recogniser.network).classifier.weight *= 30
    save_torchscript(recogniser.eval(), directory / MODEL_FILE)
    fields = ctc_fields(frame_seconds, context_seconds=recogniser.context_seconds)
    fields |= {"window_seconds": 3.0}
    return new_bundle(directory, fields=fields, name="bounded", version="1", license="MIT")


@pytest.fixture(scope="module")
def model(bounded):
    return AcousticModel(bounded)


SAMPLES = np.random.default_rng(0).normal(0, 0.1, 16_000 * 20).astype(np.float32)


@pytest.fixture(scope="module")
def whole(model):
    """Log-probabilities of 20 s of noise in one piece."""
    return model.log_probs([SAMPLES])[0]


def windowed(model, plan):
    """Log-probabilities of the same noise, stitched from windows, and the number of windows."""
    cut = list(windows.split([SAMPLES], plan))
    outputs = [(window, model.log_probs([window.samples])[0]) for window in cut]
    return np.concatenate(list(windows.stitch(outputs))), len(cut)


def test_windows_that_overlap_by_the_context_give_exactly_the_whole(bounded, model, whole):
    manifest = bounded.manifest
    frame = manifest.frame_seconds
    # 10 frames of 40 ms, the stem, half a Hann window, and the later of two outputs
    context = {0.04: 12 * 0.04, 0.02: 25 * 0.02}[frame]
    assert manifest.overlap_seconds == pytest.approx(2 * context)
    plan = windows.WindowLayout.from_seconds(3.0, manifest.overlap_seconds, frame, 16_000)
    stitched, count = windowed(model, plan)
    assert count > 5
    assert np.abs(stitched - whole).max() < 1e-4
    assert whole.std() > 0.1


def test_an_overlap_shorter_by_one_frame_changes_the_result(bounded, model, whole):
    overlap = bounded.manifest.overlap_seconds - 2 * 0.04  # a frame of the blocks
    plan = windows.WindowLayout.from_seconds(3.0, overlap, bounded.manifest.frame_seconds, 16_000)
    stitched, _ = windowed(model, plan)
    assert np.abs(stitched - whole).max() > 1e-4


def test_networks_that_depend_on_the_whole_utterance_have_unbounded_context():
    fixed = FRONT_END | {"normalisation": "fixed"}
    for built, _ in (
        build("convolutional", FRONT_END, NETWORK),
        build("residual_bigru", fixed, {"rnn_layers": 1, "rnn_dim": 8}),
    ):
        assert built.context_seconds == math.inf
