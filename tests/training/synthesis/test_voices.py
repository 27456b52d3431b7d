from training.synthesis.engines import ESPEAK_ACCENTS
from training.synthesis.voices import Voice


def test_a_held_out_speaker_is_held_out_in_every_engine_and_accent():
    assert Voice("flite", "rms", "", "rms").held_out
    assert all(
        Voice("espeak-ng", accent, "f2", "espeak-ng f2").held_out for accent in ESPEAK_ACCENTS
    )
    assert not Voice("flite", "slt", "", "slt").held_out
