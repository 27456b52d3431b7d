import pytest

from asr.channels import SeparateChannels
from asr.settings import Settings
from asr.vocabulary import NO_VOCABULARY, Phrase, Vocabulary


def test_an_empty_environment_gives_the_defaults():
    assert Settings.from_environment({}) == Settings()


def test_every_variable_is_read():
    settings = Settings.from_environment(
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
            "VOCABULARY": "Ada Lovelace, Babbage",
            "CHANNELS": "separate",
            "CHANNEL_NAMES": "agent,customer",
            "PUNCTUATE": "False",
        }
    )
    vocabulary = Vocabulary((Phrase("ada lovelace", "Ada Lovelace"), Phrase("babbage", "Babbage")))
    assert settings == Settings(
        *("s3://b/p/", "ab", True, "beam", 12.5, 60.0, ("srt", "vtt"), "out", "https://queue"),
        vocabulary=vocabulary,
        punctuate=False,
        channels=SeparateChannels(("agent", "customer")),
    )


def test_the_default_vocabulary_is_not_for_greedy_decoding():
    settings = Settings(vocabulary=Vocabulary((Phrase("ada", "Ada"),)))
    assert settings.vocabulary_for("beam", None) == settings.vocabulary
    assert settings.vocabulary_for("greedy", None) == NO_VOCABULARY
    assert settings.vocabulary_for(None, NO_VOCABULARY) == NO_VOCABULARY


def test_a_vocabulary_that_is_too_long_is_rejected():
    with pytest.raises(ValueError, match=r"VOCABULARY: .*501 phrases"):
        Settings.from_environment({"VOCABULARY": ",".join(f"a{n}" for n in range(501))})


def test_an_empty_variable_gives_the_default():
    assert Settings.from_environment({"REQUEST_MAX_SECONDS": "", "MODEL_URI": ""}) == Settings()


def test_a_limit_that_is_not_a_number_is_rejected():
    with pytest.raises(ValueError, match="REQUEST_MAX_SECONDS is 'ten'"):
        Settings.from_environment({"REQUEST_MAX_SECONDS": "ten"})


def test_an_unknown_decoder_is_rejected():
    with pytest.raises(ValueError, match="DECODER is 'viterbi', expected one of greedy, beam"):
        Settings.from_environment({"DECODER": "viterbi"})


@pytest.mark.parametrize("name", ["PUNCTUATE", "MODEL_SELF_TEST"])
def test_a_switch_that_is_neither_true_nor_false_is_rejected(name):
    with pytest.raises(ValueError, match=f"{name} is 'maybe', expected true or false"):
        Settings.from_environment({name: "maybe"})


def test_punctuation_changes_only_if_it_is_given():
    assert Settings(punctuate=False).with_punctuate(None) == Settings(punctuate=False)
    assert Settings(punctuate=False).with_punctuate(True) == Settings()


def test_the_pinned_digest_does_not_apply_to_another_bundle():
    settings = Settings(model_uri="a", model_sha256="ab").with_model("b")
    assert (settings.model_uri, settings.model_sha256) == ("b", "")
