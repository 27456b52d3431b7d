"""Warm start: initial weights from another run, a bundle or an import, for fine-tuning.

A model trained on much easy speech is trained further on harder speech, or on your own.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import Tensor, nn

from asr import bundle
from asr.manifest import MANIFEST
from training.errors import InputError
from training.fit.bundle_weights import bundle_weights
from training.fit.checkpoint import BEST, load_checkpoint, recogniser_weights, saved_recipe
from training.fit.weights_folder import WEIGHTS, load_weights

# Parameter names in bundles that were exported before the networks' attributes had their present
# names, and the present ones; the first prefix that matches is replaced. `model_artifacts` holds
# such bundles, and their files are pinned by digest.
RENAMED_PREFIXES = (
    ("network.picture.0.picture.", "network.conv2d_stem.0.cnn."),  # Convolutional
    ("network.picture.0.tell.", "network.conv2d_stem.0.projection."),
    ("network.picture.0.", "network.conv2d_stem.0."),  # GRUEncoder
)


def resolve(init_from: str, runs: Path) -> Path:
    """Folder of a recipe's `init_from`: a run under `runs` if there is one, or any folder."""
    return runs / init_from if (runs / init_from).exists() else Path(init_from)


def initialise(recogniser: nn.Module, source: Path, reinitialise: Sequence[str] = ()) -> None:
    """Load the (averaged) weights of `source` into `recogniser`.

    Parameters
    ----------
    recogniser : nn.Module
        Network of the same shapes, except the parameters in `reinitialise`.
    source : Path
        Folder of a run, of imported weights, or of a bundle in bfloat16 or int8-dynamic;
        TorchScript files in float32 store no weights by name.
    reinitialise : sequence of str
        Parameter names or prefixes that keep their values and may be missing from `source`.

    Raises
    ------
    InputError
        If `source` is none of them, or of a network of another shape, or a name in `reinitialise`
        matches no parameter.
    """
    weights = _weights(source)
    wanted = recogniser.state_dict()
    for prefix in reinitialise:
        if not any(name.startswith(prefix) for name in wanted):
            raise InputError(f"reinitialise: no parameter's name starts with {prefix!r}")
    excluded = tuple(reinitialise)
    needed = {name for name in wanted if not name.startswith(excluded)}
    loaded = wanted | {n: v.float() for n, v in weights.items() if n in needed}
    if needed - weights.keys() or any(loaded[n].shape != v.shape for n, v in wanted.items()):
        raise InputError(f"{source} does not hold the weights of this recipe's network")
    recogniser.load_state_dict(loaded)


def _weights(source: Path) -> Mapping[str, Tensor]:
    checkpoint = source / BEST
    if checkpoint.exists():
        saved = load_checkpoint(checkpoint)
        saved_recipe(checkpoint, saved)  # refuses one of another version
        return recogniser_weights(saved)
    if (source / MANIFEST).exists():
        weights = bundle_weights(bundle.load(str(source)))
        return {_present_name(name): value for name, value in weights.items()}
    if (source / WEIGHTS).exists():
        return load_weights(source)
    raise InputError(
        f"{source} is neither a run with a {BEST}, nor a bundle, nor imported weights; "
        "train the recipe of that name, or import the model first"
    )


def _present_name(name: str) -> str:
    for old, new in RENAMED_PREFIXES:
        if name.startswith(old):
            return new + name.removeprefix(old)
    return name
