"""Small random CTC models in the formats in which models are published.

transformers makes the networks, processors and tokenizers, and saves them as it saves any; a
`.nemo` archive has the layout of NeMo's `SaveRestoreConnector`.
"""

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from numpy.typing import NDArray

from training.export.pretrained.library import without_known_warnings

LETTERS = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")
PIECES = ("<unk>", "▁", "▁the", "▁a", "ing", *LETTERS)
WIDTH = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
}
CONVOLUTIONS = {
    "conv_dim": (8,) * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
}
GROUP = {"feat_extract_norm": "group"}
LAYER = {"feat_extract_norm": "layer", "conv_bias": True, "do_stable_layer_norm": True}
WAVEFORM: dict[str, tuple[str, dict[str, Any]]] = {
    "wav2vec2-group": ("Wav2Vec2", WIDTH | CONVOLUTIONS | GROUP),
    "wav2vec2-layer": ("Wav2Vec2", WIDTH | CONVOLUTIONS | LAYER),
    "hubert-group": ("Hubert", WIDTH | CONVOLUTIONS | GROUP),
    "wavlm-layer": ("WavLM", WIDTH | CONVOLUTIONS | LAYER),
    "data2vec": ("Data2VecAudio", WIDTH | {"conv_dim": (8,) * 7, "conv_pos_kernel_size": 5}),
}
PARAKEET = WIDTH | {"subsampling_conv_channels": 8}
FAMILIES = (*WAVEFORM, "wav2vec2-bert", "parakeet")
# Outputs of classes that no trained model emits.
NEVER = -20.0


@dataclass(frozen=True, eq=False)
class Reference:
    """A model as transformers runs it."""

    model: Any
    extractor: Any
    tokenizer: Any

    def log_probs(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-probabilities of one waveform, shape (frames, classes), without masked frames."""
        inputs = self.extractor(samples, sampling_rate=16_000, return_tensors="pt")
        with torch.inference_mode(), without_known_warnings():
            found: NDArray[np.float32] = self.model(**inputs).logits.log_softmax(-1)[0].numpy()
        if "input_features" not in inputs:
            return found
        frames = inputs["attention_mask"].sum()
        if hasattr(self.model, "_get_subsampling_output_length"):
            frames = self.model._get_subsampling_output_length(frames)
        return found[: int(frames)]

    def text(self, log_probs: NDArray[np.float32]) -> str:
        """Greedy decoding by the tokenizer."""
        text: str = self.tokenizer.decode(log_probs.argmax(-1).tolist(), skip_special_tokens=False)
        return " ".join(text.split())


def save_transformers(
    family: str, folder: Path, letters: str = LETTERS, safe: bool = True
) -> Reference:
    """Save a random model of `family` with processor and tokenizer, as it is published."""
    import transformers  # noqa: PLC0415 - only tests of the importer need it

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    if family == "parakeet":
        tokenizer = parakeet_tokenizer(folder)
        extractor = transformers.ParakeetFeatureExtractor()
        config = transformers.ParakeetCTCConfig(
            vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, encoder_config=PARAKEET
        )
        model = transformers.ParakeetForCTC(config)
    else:
        tokenizer = character_tokenizer(folder, letters)
        classes = {"vocab_size": len(tokenizer), "pad_token_id": 0}
        extractor, model = _network(transformers, family, classes)
    _randomise(
        model, extractor, [i for i in tokenizer.all_special_ids if i != tokenizer.pad_token_id]
    )
    if safe:
        model.save_pretrained(folder)
    else:
        model.config.save_pretrained(folder)
        model.config.architectures = [type(model).__name__]
        model.config.save_pretrained(folder)
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    extractor.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return Reference(model.eval(), extractor, tokenizer)


def _network(transformers: Any, family: str, classes: dict[str, int]) -> tuple[Any, Any]:
    if family == "wav2vec2-bert":
        config = transformers.Wav2Vec2BertConfig(
            **WIDTH, **classes, feature_projection_input_dim=160
        )
        extractor = transformers.SeamlessM4TFeatureExtractor()
        return extractor, transformers.Wav2Vec2BertForCTC(config)
    kind, parameters = WAVEFORM[family]
    config = getattr(transformers, f"{kind}Config")(**parameters, **classes)
    extractor = transformers.Wav2Vec2FeatureExtractor(
        do_normalize=True, return_attention_mask="group" not in family
    )
    return extractor, getattr(transformers, f"{kind}ForCTC")(config)


def _randomise(model: Any, extractor: Any, never: list[int]) -> None:
    """Add noise to all weights, and make each class but those of `never` probable somewhere."""
    model.eval()
    head = model.ctc_head if hasattr(model, "ctc_head") else model.lm_head
    noise = np.random.default_rng(0).standard_normal(32_000).astype(np.float32) * 0.1
    with torch.no_grad(), without_known_warnings():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.15)
        head.weight.mul_(3.0)
        inputs = extractor(noise, sampling_rate=16_000, return_tensors="pt")
        head.bias.sub_(model(**inputs).logits[0].mean(0))
        head.weight[never] = 0.0
        head.bias[never] = NEVER


def character_tokenizer(folder: Path, letters: str = LETTERS) -> Any:
    """Tokenizer of single characters, as of wav2vec 2.0."""
    import transformers  # noqa: PLC0415

    tokens = [*SPECIAL, "|", *letters]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    file = folder / "vocab.json"
    file.write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    return transformers.Wav2Vec2CTCTokenizer(str(file))


def parakeet_tokenizer(folder: Path) -> Any:
    """Tokenizer of SentencePiece's pieces, as of Parakeet; the blank follows them."""
    import tokenizers  # noqa: PLC0415
    import transformers  # noqa: PLC0415

    vocabulary = {piece: index for index, piece in enumerate(PIECES)}
    pieces = tokenizers.Tokenizer(tokenizers.models.BPE(vocabulary, [], unk_token="<unk>"))
    pieces.decoder = tokenizers.decoders.Metaspace()
    return transformers.ParakeetTokenizer(
        tokenizer_object=pieces, unk_token="<unk>", pad_token="<pad>"
    )


def save_nemo(file: Path, hybrid: bool = False, **changes: Any) -> Reference:
    """Save a random FastConformer as a `.nemo` archive; `changes` are to its configuration."""
    import transformers  # noqa: PLC0415

    torch.manual_seed(0)
    bias = not hybrid
    encoder = PARAKEET | {
        "attention_bias": bias,
        "convolution_bias": bias,
        "scale_input": not hybrid,
    }
    config = transformers.ParakeetCTCConfig(
        vocab_size=len(PIECES) + 1, pad_token_id=len(PIECES), encoder_config=encoder
    )
    model = transformers.ParakeetForCTC(config)
    extractor = transformers.ParakeetFeatureExtractor()
    _randomise(model, extractor, [0])
    branch = "ctc_decoder" if hybrid else "decoder"
    weights = {_nemo_name(name, branch): value for name, value in model.state_dict().items()}
    if hybrid:
        weights["joint.enc.weight"] = torch.zeros(2, 2)
    weights["preprocessor.featurizer.fb"] = extractor.mel_filters[None]
    weights["preprocessor.featurizer.window"] = torch.hann_window(400, periodic=False)
    write_nemo(file, nemo_settings(hybrid) | changes, weights)
    file.parent.joinpath("tokenizer").mkdir(exist_ok=True)
    return Reference(model.eval(), extractor, parakeet_tokenizer(file.parent / "tokenizer"))


def write_nemo(file: Path, settings: dict[str, Any], weights: Any) -> None:
    """Write a `.nemo` archive."""
    content = io.BytesIO()
    torch.save(weights, content)
    members = {
        "./model_config.yaml": yaml.safe_dump(settings, allow_unicode=True).encode(),
        "./model_weights.ckpt": content.getvalue(),
        "./0123_vocab.txt": b"",
    }
    with tarfile.open(file, "w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def _nemo_name(name: str, branch: str) -> str:
    """NeMo's name of a parameter of transformers' Parakeet."""
    for ours, theirs in (
        ("encoder.subsampling.layers.", "encoder.pre_encode.conv."),
        ("encoder.subsampling.linear.", "encoder.pre_encode.out."),
        (".conv.norm.", ".conv.batch_norm."),
        (".self_attn.relative_k_proj.", ".self_attn.linear_pos."),
        (".self_attn.q_proj.", ".self_attn.linear_q."),
        (".self_attn.k_proj.", ".self_attn.linear_k."),
        (".self_attn.v_proj.", ".self_attn.linear_v."),
        (".self_attn.o_proj.", ".self_attn.linear_out."),
        (".self_attn.bias_", ".self_attn.pos_bias_"),
        ("ctc_head.", f"{branch}.decoder_layers.0."),
    ):
        name = name.replace(ours, theirs)
    return name


def nemo_settings(hybrid: bool) -> dict[str, Any]:
    """Configuration of a FastConformer, as NeMo saves it."""
    modules = "nemo.collections.asr.modules"
    decoder = {
        "_target_": f"{modules}.ConvASRDecoder",
        "feat_in": WIDTH["hidden_size"],
        "num_classes": len(PIECES),
        "vocabulary": list(PIECES),
    }
    rnnt = {"_target_": f"{modules}.RNNTDecoder", "vocab_size": len(PIECES)}
    kind = "EncDecHybridRNNTCTCBPEModel" if hybrid else "EncDecCTCModelBPE"
    return {
        "sample_rate": 16_000,
        "tokenizer": {"dir": "tok", "type": "bpe", "vocab_path": "nemo:0123_vocab.txt"},
        "preprocessor": {
            "_target_": f"{modules}.AudioToMelSpectrogramPreprocessor",
            "sample_rate": 16_000,
            "normalize": "per_feature",
            "window_size": 0.025,
            "window_stride": 0.01,
            "window": "hann",
            "features": 80,
            "n_fft": 512,
            "log": True,
            "frame_splicing": 1,
            "dither": 1e-05,
            "pad_to": 0,
            "pad_value": 0.0,
        },
        "encoder": {
            "_target_": f"{modules}.ConformerEncoder",
            "feat_in": 80,
            "feat_out": -1,
            "n_layers": WIDTH["num_hidden_layers"],
            "d_model": WIDTH["hidden_size"],
            "use_bias": not hybrid,
            "subsampling": "dw_striding",
            "subsampling_factor": 8,
            "subsampling_conv_channels": 8,
            "causal_downsampling": False,
            "ff_expansion_factor": 1.5,
            "self_attention_model": "rel_pos",
            "n_heads": WIDTH["num_attention_heads"],
            "att_context_size": [-1, -1],
            "att_context_style": "regular",
            "xscaling": not hybrid,
            "untie_biases": True,
            "pos_emb_max_len": 5000,
            "conv_kernel_size": 9,
            "conv_norm_type": "batch_norm",
            "conv_context_size": None,
        },
        "decoder": rnnt if hybrid else decoder,
        "target": f"nemo.collections.asr.models.{kind}",
    } | ({"aux_ctc": {"decoder": decoder}} if hybrid else {})
