"""Size, memory, speed and cost of a published architecture with random weights.

`python -m benchmarks.published_shape parakeet-110m --precision bfloat16` needs no network: the time
that a network takes does not depend on its weights. The network is saved and imported as a
published one is. It prints a Markdown table row: the size of the file, the processor seconds to
open it, the real-time factor of 60 s of audio on one thread (of processor time, which other work on
the machine hardly changes) and on two (of wall time, which it does), the peak memory of a process
that transcribes 125 s, the memory to give to a function, and what an hour of audio costs on AWS
Lambda with that memory, at least 1769 MiB for one core (x86, 0.0000166667 USD for a GB and second).
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, decoders, models

from asr import bundle
from asr.acoustic_model import AcousticModel
from asr.audio.audio import SAMPLE_RATE
from training.export.pretrained.bundle_import import ImportOptions, import_model
from training.export.pretrained.memory import peak_megabytes, suggested_memory
from training.export.quantisation import PRECISIONS

SECONDS = 60
WINDOW = 30  # seconds
USD_PER_GB_SECOND = 0.0000166667
MIB_PER_CORE = 1769  # of a function's memory
HEADER = """\
| model | precision | MB | s to open | RTF, 1 thread | RTF, 2 threads | peak MiB | function MiB | \
USD per hour of audio |
|---|---|---|---|---|---|---|---|---|"""

PARAKEET: dict[str, dict[str, Any]] = {
    "parakeet-110m": {
        "hidden_size": 512,
        "num_hidden_layers": 17,
        "intermediate_size": 2048,
        "scale_input": False,
    },
    "parakeet-0.6b": {"hidden_size": 1024, "num_hidden_layers": 24, "intermediate_size": 4096},
    "parakeet-1.1b": {"hidden_size": 1024, "num_hidden_layers": 42, "intermediate_size": 4096},
}
WAV2VEC2: dict[str, dict[str, Any]] = {
    "wav2vec2-base": {},
    "wav2vec2-large": {
        "hidden_size": 1024,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "intermediate_size": 4096,
        "feat_extract_norm": "layer",
        "conv_bias": True,
        "do_stable_layer_norm": True,
    },
}
PIECES = 1024  # of Parakeet


def save_random(name: str, folder: Path) -> None:
    """Save a random model of a published shape, as transformers saves any."""
    torch.manual_seed(0)
    if name in PARAKEET:
        encoder = {"num_attention_heads": 8, **PARAKEET[name]}
        config = transformers.ParakeetCTCConfig(
            vocab_size=PIECES + 1, pad_token_id=PIECES, encoder_config=encoder
        )
        transformers.ParakeetForCTC(config).save_pretrained(folder)
        transformers.ParakeetFeatureExtractor().save_pretrained(folder)
        pieces = {f"▁{index}": index for index in range(PIECES - 1)} | {"<unk>": PIECES - 1}
        tokenizer = Tokenizer(models.BPE(pieces, [], unk_token="<unk>"))
        tokenizer.decoder = decoders.Metaspace()
        transformers.ParakeetTokenizer(
            tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>"
        ).save_pretrained(folder)
        return
    config = transformers.Wav2Vec2Config(**WAV2VEC2[name], vocab_size=32, pad_token_id=0)
    transformers.Wav2Vec2ForCTC(config).save_pretrained(folder)
    masked = config.feat_extract_norm == "layer"
    transformers.Wav2Vec2FeatureExtractor(return_attention_mask=masked).save_pretrained(folder)
    tokens = ["<pad>", "<s>", "</s>", "<unk>", "|", "'", *"ETAONIHSRDLUMWCFGYPBVKXJQZ"]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    transformers.Wav2Vec2CTCTokenizer(str(folder / "vocab.json")).save_pretrained(folder)


def measure(name: str, precision: str) -> str:
    """Import and run one precision; returns its table row."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        published, out = Path(temporary) / name, Path(temporary) / "bundle"
        save_random(name, published)
        import_model(str(published), out, ImportOptions(precision, "en"), lambda _: 1.0)
        opened = bundle.load(str(out))
        started = time.process_time()
        model = AcousticModel(opened)
        loaded = time.process_time() - started
        megabytes = len(opened.model) / 1e6
        del opened
        factors = [real_time_factor(model, threads) for threads in (1, 2)]
        del model
        peak = peak_megabytes(out)
    memory = suggested_memory(peak)
    # A function with less memory than a core's share is slower in proportion, hence no cheaper.
    cost = 3600 * factors[0] * max(memory, MIB_PER_CORE) / 1024 * USD_PER_GB_SECOND
    return (
        f"| {name} | {precision} | {megabytes:.0f} | {loaded:.1f} | {factors[0]:.3f} "
        f"| {factors[1]:.3f} | {peak:.0f} | {memory} | {cost:.4f} |"
    )


def real_time_factor(model: AcousticModel, threads: int) -> float:
    """Seconds for a second of audio, in windows of 30 s; the better of two runs."""
    torch.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
    noise = np.random.default_rng(0).standard_normal(SECONDS * SAMPLE_RATE) * 0.1
    windows = list(noise.astype(np.float32).reshape(-1, WINDOW * SAMPLE_RATE))
    model.log_probs([windows[0][: 2 * SAMPLE_RATE]])
    spent = []
    for _ in range(2):
        started = clock()
        model.log_probs(windows)
        spent.append(clock() - started)
    return min(spent) / SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=[*PARAKEET, *WAV2VEC2])
    parser.add_argument("--precision", choices=PRECISIONS, default=PRECISIONS[0])
    options = parser.parse_args()
    print(HEADER)
    print(measure(options.name, options.precision))


if __name__ == "__main__":
    main()
