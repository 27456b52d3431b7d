"""Language adapters, as MMS has them: one network, a head and small layers for each language."""

import json

import numpy as np
import pytest
import torch

from asr import bundle
from asr.acoustic_model import AcousticModel
from tests.support.published_models import CONVOLUTIONS, LAYER, LETTERS, WIDTH
from training.errors import InputError
from training.export.pretrained.bundle_import import ImportOptions, import_model

transformers = pytest.importorskip("transformers")

ALPHABETS = {"eng": LETTERS, "rus-script_cyrillic": "абвгд"}
SAMPLES = (np.random.default_rng(0).standard_normal(16_000) * 0.1).astype(np.float32)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A folder with two adapters, saved by transformers."""
    from safetensors.torch import save_file  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("mms")
    vocabularies = {
        language: {token: i for i, token in enumerate(["<pad>", "<s>", "</s>", "<unk>", "|", *abc])}
        for language, abc in ALPHABETS.items()
    }
    (folder / "vocab.json").write_text(json.dumps(vocabularies), encoding="utf-8")
    tokenizer = transformers.Wav2Vec2CTCTokenizer(str(folder / "vocab.json"), target_lang="eng")
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.Wav2Vec2Config(
        **WIDTH, **CONVOLUTIONS, **LAYER, adapter_attn_dim=4, vocab_size=31, pad_token_id=0
    )
    model = transformers.Wav2Vec2ForCTC(config)
    model.save_pretrained(folder)
    for language, vocabulary in vocabularies.items():
        weights = {name: torch.randn_like(value) for name, value in model._get_adapters().items()}
        weights["lm_head.weight"] = torch.randn(len(vocabulary), WIDTH["hidden_size"])
        weights["lm_head.bias"] = torch.randn(len(vocabulary))
        file = folder / f"adapter.{language}.safetensors"
        save_file(weights, file, metadata={"format": "pt"})
    extractor = transformers.Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=True)
    extractor.save_pretrained(folder)
    return folder


@pytest.mark.parametrize(("language", "tag"), [("eng", "en"), ("rus-script_cyrillic", "ru-Cyrl")])
def test_each_language_is_a_bundle_of_its_own(language, tag, published, tmp_path):
    _, manifest = import_model(
        str(published), tmp_path / "out", ImportOptions(language=language), lambda _: 500.0
    )
    assert manifest.language == tag
    assert set(ALPHABETS[language]) < set(manifest.labels)
    assert manifest.origin
    assert set(manifest.origin["files"]) > {f"adapter.{language}.safetensors", "model.safetensors"}
    assert not {
        n for n in manifest.origin["files"] if n.startswith("adapter.") and language not in n
    }
    assert language.partition("-")[0] in manifest.name
    original = transformers.Wav2Vec2ForCTC.from_pretrained(
        published, target_lang=language, ignore_mismatched_sizes=True
    ).eval()
    normalised = (SAMPLES - SAMPLES.mean()) / np.sqrt(SAMPLES.var() + 1e-7)
    with torch.inference_mode():
        expected = original(torch.from_numpy(normalised)[None]).logits.log_softmax(-1)[0].numpy()
    (found,) = AcousticModel(bundle.load(str(tmp_path / "out"))).log_probs([SAMPLES])
    assert np.abs(found - expected).max() < 1e-4


@pytest.mark.parametrize("language", [None, "deu"])
def test_the_languages_are_listed_where_none_is_chosen(language, published, tmp_path):
    with pytest.raises(InputError, match=r"one of its 2 codes \(ISO 639-3\), such as eng, rus"):
        import_model(str(published), tmp_path / "out", ImportOptions(language=language))
    assert not (tmp_path / "out").exists()
