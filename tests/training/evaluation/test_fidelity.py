import pytest
from torch import nn

from asr.transcriber import Transcriber
from training.data.manifest import read_manifest
from training.evaluation.fidelity import measure_fidelity
from training.export.bundle_writer import new_bundle
from training.export.manifest_fields import ctc_fields
from training.export.torchscript import save_torchscript
from training.fit import checkpoint


class OtherNetwork(nn.Module):
    """A network with other log-probabilities than the exported one."""

    def __init__(self, recogniser: nn.Module) -> None:
        super().__init__()
        self.recogniser = recogniser

    def forward(self, waveforms, lengths):
        log_probs, frames = self.recogniser(waveforms, lengths)
        return log_probs.flip(2) - 1.0, frames


def test_the_comparison_measures_the_differences_between_bundle_and_network(learned, tmp_path):
    recogniser, _, frame_seconds = checkpoint.load_recogniser(learned.run / "best.ckpt")
    save_torchscript(recogniser, tmp_path / "model.pt")
    fields = ctc_fields(frame_seconds)
    opened = new_bundle(tmp_path, fields=fields, name="net", version="1", license="MIT")
    utterances = read_manifest(learned.data / "dev" / "manifest.tsv")
    transcriber = Transcriber(opened)
    same = measure_fidelity(recogniser, transcriber, utterances)
    assert (same.wer, same.network_wer, same.clips) == (0.0, 0.0, 3)
    assert same.max_difference < 1e-4
    assert same.real_time_factor > 0
    assert same.megabytes == pytest.approx((tmp_path / "model.pt").stat().st_size / 1e6)
    other = measure_fidelity(OtherNetwork(recogniser), transcriber, utterances)
    assert other.network_wer > 0.5
    assert other.max_difference > other.mean_difference > 1.0
