"""Weights to begin with: those of another run, or of a bundle, instead of random ones.

That is how a model trained on much easy speech learns harder speech next, and how the embedded one
is fitted to speech of one's own.
"""

import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import torch
from torch import Tensor, nn

from asr import bundle
from asr.manifest import MANIFEST
from training.errors import InputError
from training.fit.checkpoint import read, weights

BEST = "best.ckpt"


def find(name: str, runs: Path) -> Path:
    """The folder that a recipe's `initial` names: a run's under that of all runs, or any."""
    return runs / name if (runs / name).exists() else Path(name)


def load(recogniser: nn.Module, source: Path, forget: Sequence[str] = ()) -> None:
    """Give `recogniser` the (averaged) weights of `source`.

    Parameters
    ----------
    source : Path
        The folder of a run, or of a bundle in bfloat16; in other precisions TorchScript keeps
        no weights that could be taken out.
    forget : sequence of str
        Beginnings of names whose weights stay as they are: what is to be learned anew, or what
        the network was given since.

    Raises
    ------
    InputError
        If there is nothing of the kind at `source`, or it is of a network of another shape, or
        `forget` names what the network has not.
    """
    if not (source / BEST).exists() and not (source / MANIFEST).exists():
        raise InputError(
            f"{source} is neither a run with a {BEST} nor a bundle; train the former first"
        )
    state = _of_run(source / BEST) if (source / BEST).exists() else _of_bundle(source)
    wanted = recogniser.state_dict()
    for name in forget:
        if not any(known.startswith(name) for known in wanted):
            raise InputError(f"forget names {name!r}, of which the network has nothing")
    left = tuple(forget)
    fitting = {n: v.float() for n, v in state.items() if n in wanted and not n.startswith(left)}
    kept = wanted | fitting
    needed = {n for n in wanted if not n.startswith(left)}
    if needed - fitting.keys() or any(kept[n].shape != v.shape for n, v in wanted.items()):
        raise InputError(f"{source} does not hold the weights of this recipe's network")
    recogniser.load_state_dict(kept)


def _of_run(checkpoint: Path) -> dict[str, Tensor]:
    return weights(read(checkpoint))


def _of_bundle(directory: Path) -> Mapping[str, Tensor]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
        scripted = torch.jit.load(  # type: ignore[no-untyped-call]
            BytesIO(bundle.load(str(directory)).model), map_location="cpu"
        )
    return scripted.state_dict()
