from asr import bundle
from asr.transcriber import Transcriber, check_golden
from tests.asr import toy
from training.seal import ctc_contract, seal


def test_a_sealed_model_has_the_transcript_that_it_gives_itself(tmp_path):
    (tmp_path / "model.pt").write_bytes(toy.scripted())
    (tmp_path / "clip.wav").write_bytes(toy.wav("sealed"))
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
    assert sealed.manifest.confidence == bundle.Confidence(1.0, 0.0)
    check_golden(Transcriber(sealed))
