"""Recipe of a fine-tuning run: sized for 10 to 60 minutes of speech and two processor cores."""

import re
from collections.abc import Sequence
from pathlib import Path

import torch

from asr.manifest import Manifest
from training.data.batch_sampler import epoch_batches
from training.networks.description import NetworkDescription
from training.networks.registry import build
from training.recipe import Recipe

TRAIN, HELD_OUT = "train", "held-out"  # data sets
EPOCHS = 6
UPDATES_PER_EPOCH = 20  # at least, where batches of MIN_BATCH_SECONDS allow it
MIN_BATCH_SECONDS, MAX_BATCH_SECONDS = 20.0, 100.0
# Of the top layer of a pre-trained encoder, and of its head; and of a network without one.
ENCODER_RATE, HEAD_RATE, RATE = 3e-5, 1.5e-4, 2e-4
LAYER_DECAY = 0.85
# Light: a model of many conditions should neither lose them nor learn the clips by heart.
AUGMENTATION = {"speed": 0.05, "gain_db": 6.0, "noise_probability": 0.2, "band_probability": 0.05}
SPEC_AUGMENT = {"channel_masks": 1, "channel_width": 10, "frame_masks": 2, "frame_width": 20}
_NAME = re.compile(r"[^a-z0-9._-]+")


def plan_recipe(
    manifest: Manifest,
    description: NetworkDescription,
    start: Path,
    out: Path,
    seconds: Sequence[float],
) -> Recipe:
    """Recipe that fine-tunes the bundle in the folder `start`.

    Parameters
    ----------
    manifest : Manifest
        Of that bundle.
    description : NetworkDescription
        Of its network.
    out : Path
        Folder of the new bundle, after which it is named.
    seconds : sequence of float
        Durations of the training clips.
    """
    wanted = max(MIN_BATCH_SECONDS, sum(seconds) / UPDATES_PER_EPOCH, *seconds)
    batch_seconds = min(wanted, MAX_BATCH_SECONDS)
    updates = len(
        epoch_batches(seconds, batch_seconds=batch_seconds, seed=0, epoch=0, ascending=False)
    )
    network = build(description.network, description.front_end, description.parameters)[0].network
    pretrained = bool(network.layer_depths())
    return Recipe(
        name=bundle_name(out),
        version="1",
        license=manifest.license,
        network=description.network,
        front_end=description.front_end,
        parameters=description.parameters,
        train=[TRAIN],
        dev=[HELD_OUT],
        init_from=str(start.absolute()),
        batch_seconds=batch_seconds,
        steps=EPOCHS * updates,
        validation_interval=updates,
        sortagrad_epochs=0,
        learning_rate=ENCODER_RATE if pretrained else RATE,
        head_learning_rate=HEAD_RATE if pretrained else None,
        layer_learning_rate_decay=LAYER_DECAY if pretrained else 1.0,
        warmup_steps=max(1, EPOCHS * updates // 10),
        ema_decay=0.99,
        precision=training_precision(),
        augmentation=AUGMENTATION | {"max_seconds": manifest.window_seconds},
        spec_augment=dict(SPEC_AUGMENT),
    )


def bundle_name(out: Path) -> str:
    """Name of the bundle that is written to `out`, in the characters of a manifest's name."""
    name = _NAME.sub("-", out.absolute().name.lower()).strip("._-")[:64]
    return name or "finetuned"


def training_precision() -> str:
    """Precision of Lightning's Trainer: bfloat16 where the processor computes in it."""
    # torch has no public name for either test.
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return "bf16-mixed" if native else "32-true"
