"""The checkpoints that `training.fit.train` writes: opened, and told from other files."""

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.errors import InputError
from training.networks.recogniser import Recogniser
from training.networks.registry import build
from training.recipe import Recipe
from training.validation import check_arguments

CONTINUED = (
    "network", "front_end", "parameters", "task", "learning_rate", "weight_decay", "seed",
)  # fmt: skip
PREFIX = "recogniser."  # of a checkpoint's names, which are those of the Lightning module
_UNREADABLE = (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, ImportError)


def read(checkpoint: Path) -> dict[str, Any]:
    """The members of a checkpoint.

    Raises
    ------
    InputError
        If the file is none of ours.
    OSError
        If there is no such file.
    """
    with checkpoint.open("rb") as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*looks like a TorchScript archive")
        try:
            saved = torch.load(file, map_location="cpu", weights_only=False)
        except _UNREADABLE as error:
            raise InputError(f"{checkpoint} is not a checkpoint") from error
    if not isinstance(saved, dict) or "recipe" not in saved.get("hyper_parameters", {}):
        raise InputError(f"{checkpoint} is not a checkpoint of training.fit.train")
    return saved


def trained(checkpoint: Path) -> tuple[Recogniser, Recipe, float]:
    """The recogniser with the (averaged) weights of a checkpoint, its recipe, its frame step.

    Raises what `read` does, and InputError if its recipe or network is of another version.
    """
    saved = read(checkpoint)
    members = saved["hyper_parameters"]["recipe"]
    check_arguments(f"{checkpoint} has the recipe of another version", Recipe, members)
    recipe = Recipe(**members)
    recogniser, frame_seconds = build(recipe.network, recipe.front_end, recipe.parameters)
    try:
        recogniser.load_state_dict(weights(saved))
    except RuntimeError as error:
        raise InputError(f"{checkpoint} does not fit its recipe: {error}") from error
    return recogniser.eval(), recipe, frame_seconds


def weights(saved: Mapping[str, Any]) -> dict[str, Tensor]:
    """The recogniser's (averaged) weights by name, of what a checkpoint holds."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in saved["state_dict"].items()
        if name.startswith(PREFIX)
    }


def check_continues(checkpoint: Path, recipe: Recipe) -> None:
    """Raise InputError if `checkpoint` is there and `recipe` cannot go on from it.

    It holds the network, and the optimiser with its rates, which a recipe cannot change any more.
    """
    if not checkpoint.exists():
        return
    before = read(checkpoint)["hyper_parameters"]["recipe"]
    for member in CONTINUED:
        if before.get(member) != getattr(recipe, member):
            raise InputError(
                f"{checkpoint} was trained with another {member}: "
                "give the recipe a version of its own, or remove the run"
            )
