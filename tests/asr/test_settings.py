import pytest

from asr.settings import Settings


def test_an_empty_environment_gives_the_defaults():
    assert Settings.read({}) == Settings()


def test_every_variable_is_read():
    settings = Settings.read(
        {
            "MODEL_URI": "s3://b/p/",
            "MODEL_SHA256": "AB",
            "MODEL_SELF_TEST": "True",
            "DECODER": "beam",
            "REQUEST_MAX_SECONDS": "12.5",
            "BATCH_MAX_SECONDS": "60",
            "BATCH_FORMATS": " srt, vtt,",
            "OUTPUT_BUCKET": "out",
            "QUEUE_URL": "https://queue",
        }
    )
    assert settings == Settings(
        "s3://b/p/", "ab", True, "beam", 12.5, 60.0, ("srt", "vtt"), "out", "https://queue"
    )


def test_an_empty_variable_means_its_default():
    assert Settings.read({"REQUEST_MAX_SECONDS": "", "MODEL_URI": ""}) == Settings()


def test_a_limit_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="REQUEST_MAX_SECONDS is 'ten'"):
        Settings.read({"REQUEST_MAX_SECONDS": "ten"})


def test_a_decoder_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="DECODER is 'viterbi', and not one of greedy, beam"):
        Settings.read({"DECODER": "viterbi"})


def test_another_bundle_is_not_held_to_the_pinned_digest():
    settings = Settings(model_uri="a", model_sha256="ab").with_model("b")
    assert (settings.model_uri, settings.model_sha256) == ("b", "")
