import pytest

from tests.support import toy_model
from training.errors import InputError
from training.export.pretrained.memory import peak_megabytes, suggested_memory


def test_the_peak_is_that_of_a_process_with_the_model(tmp_path):
    peak = peak_megabytes(toy_model.write_bundle(tmp_path), seconds=3)
    assert 100 < peak < 2000  # Python and torch take 100 MiB alone


def test_a_bundle_that_does_not_open_is_an_error(tmp_path):
    toy_model.write_bundle(tmp_path)
    (tmp_path / "model.pt").write_bytes(b"not TorchScript")
    with pytest.raises(InputError, match="the bundle cannot transcribe 3 s of noise"):
        peak_megabytes(tmp_path, seconds=3)


@pytest.mark.parametrize(("peak", "suggested"), [(500, 576), (1000, 1152), (1113.1, 1344)])
def test_the_suggestion_has_a_margin_and_whole_steps(peak, suggested):
    assert suggested_memory(peak) == suggested
