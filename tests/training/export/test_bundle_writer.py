import math
from typing import Any, cast

import numpy as np
import pytest
import torch

from asr import bundle, windows
from asr.acoustic_model import AcousticModel
from asr.manifest import Confidence
from asr.transcriber import Transcriber, check_golden
from tests.support import toy_model
from training.export.bundle_writer import (
    MODEL_FILE,
    OVERLAP_SECONDS,
    ctc_contract,
    script,
    seal,
)
from training.networks.convolutional import Convolutional
from training.networks.registry import build

FRONT_END: dict[str, Any] = {"mels": 16, "hop_seconds": 0.01, "window_seconds": 0.025}
NETWORK: dict[str, Any] = {"width": 16, "kernels": [5, 7, 5], "dilations": [1, 2, 1]}


def test_a_sealed_model_has_the_transcript_that_it_gives_itself(tmp_path):
    (tmp_path / "model.pt").write_bytes(toy_model.scripted())
    (tmp_path / "clip.wav").write_bytes(toy_model.wav("sealed"))
    seal(
        tmp_path,
        contract=ctc_contract(0.02),
        name="toy",
        version="2",
        license="MIT",
        clip=tmp_path / "clip.wav",
    )
    sealed = bundle.load(str(tmp_path))
    assert sealed.manifest.golden.transcript == "sealed"
    assert sealed.manifest.confidence == Confidence(1.0, 0.0)
    check_golden(Transcriber(sealed))


@pytest.mark.parametrize(
    ("context", "overlap"), [(math.inf, OVERLAP_SECONDS), (0.5, 1.04), (3.92, 7.84), (9.0, 4.0)]
)
def test_windows_share_twice_the_context_where_it_is_bounded(context, overlap):
    contract = ctc_contract(0.04, context_seconds=context)
    assert contract["overlap_seconds"] == pytest.approx(overlap)


@pytest.fixture(params=[1, 2])
def bounded(tmp_path, request):
    """A bundle of random weights whose windows of 3 s share just what its context asks for."""
    torch.manual_seed(0)
    front_end = FRONT_END | {"normalisation": "fixed"}
    recogniser, frame_seconds = build(
        "convolutional", front_end, NETWORK | {"outputs_per_frame": request.param}
    )
    with torch.no_grad():  # random weights hardly tell one frame from another
        cast(Convolutional, recogniser.network).classifier.weight *= 30
    script(recogniser.eval(), tmp_path / MODEL_FILE)
    contract = ctc_contract(frame_seconds, context_seconds=recogniser.context_seconds)
    contract |= {"window_seconds": 3.0}
    seal(tmp_path, contract=contract, name="bounded", version="1", license="MIT")
    return bundle.load(str(tmp_path))


def test_bounded_context_and_fixed_statistics_make_windows_give_exactly_the_whole(bounded):
    manifest = bounded.manifest
    frame = manifest.frame_seconds
    # 10 frames of 40 ms, the stem, half a Hann window, and the later of two outputs
    heard = {0.04: 12 * 0.04, 0.02: 25 * 0.02}[frame]
    assert manifest.overlap_seconds == pytest.approx(2 * heard)
    samples = np.random.default_rng(0).normal(0, 0.1, 16_000 * 20).astype(np.float32)
    model = AcousticModel(bounded)
    (whole,) = model.log_probs([samples])
    plan = windows.WindowLayout.from_seconds(3.0, manifest.overlap_seconds, frame, 16_000)
    cut = list(windows.split([samples], plan))
    outputs = [(window, model.log_probs([window.samples])[0]) for window in cut]
    stitched = np.concatenate(list(windows.stitch(outputs)))
    assert len(cut) > 5
    assert np.abs(stitched - whole).max() < 1e-4
    assert whole.std() > 0.1


def test_one_frame_less_of_overlap_and_they_do_not(bounded):
    samples = np.random.default_rng(0).normal(0, 0.1, 16_000 * 20).astype(np.float32)
    model = AcousticModel(bounded)
    (whole,) = model.log_probs([samples])
    overlap = bounded.manifest.overlap_seconds - 2 * 0.04  # a frame of the blocks
    plan = windows.WindowLayout.from_seconds(3.0, overlap, bounded.manifest.frame_seconds, 16_000)
    cut = windows.split([samples], plan)
    stitched = np.concatenate(
        list(windows.stitch((w, model.log_probs([w.samples])[0]) for w in cut))
    )
    assert np.abs(stitched - whole).max() > 1e-4


def test_a_network_that_hears_all_has_no_bounded_context():
    fixed = FRONT_END | {"normalisation": "fixed"}
    for built, _ in (
        build("convolutional", FRONT_END, NETWORK),
        build("residual_bigru", fixed, {"rnn_layers": 1, "rnn_dim": 8}),
    ):
        assert built.context_seconds == math.inf
