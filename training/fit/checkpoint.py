"""Checkpoints of training runs: loading, validation, and whether a recipe can resume one."""

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

BEST, LAST = "best.ckpt", "last.ckpt"  # in the folder of a run
# Keys of a recipe that a run keeps to its end: they are in its weights and its optimiser's state.
FIXED_KEYS = (
    "network", "front_end", "parameters", "task", "learning_rate", "head_learning_rate",
    "layer_learning_rate_decay", "frozen", "weight_decay", "seed",
)  # fmt: skip
PREFIX = "recogniser."  # of the parameter names of the Lightning module
_UNREADABLE = (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, ImportError)


def load_checkpoint(checkpoint: Path) -> dict[str, Any]:
    """Members of a checkpoint of `training.fit.train`.

    Raises
    ------
    InputError
        If the file is not such a checkpoint.
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
        raise InputError(f"{checkpoint} is not a checkpoint of a training run")
    return saved


def load_recipe(checkpoint: Path) -> Recipe:
    """Recipe of a checkpoint. Raises the errors of `load_checkpoint` and `saved_recipe`."""
    return saved_recipe(checkpoint, load_checkpoint(checkpoint))


def saved_recipe(checkpoint: Path, saved: Mapping[str, Any]) -> Recipe:
    """Recipe among the members `saved` of `checkpoint`.

    Raises
    ------
    InputError
        If its keys belong to another version of this code.
    """
    keys = saved["hyper_parameters"]["recipe"]
    subject = f"{checkpoint} holds a recipe of another version; train it again with this one"
    check_arguments(subject, Recipe, keys)
    return Recipe(**keys)


def load_recogniser(checkpoint: Path) -> tuple[Recogniser, Recipe, float]:
    """Recogniser with the (averaged) weights of a checkpoint, in evaluation mode.

    Returns
    -------
    recogniser : Recogniser
    recipe : Recipe
    frame_seconds : float
        Step of one output frame.

    Raises
    ------
    InputError
        If the file is not a checkpoint, or its recipe or network is of another version.
    OSError
        If there is no such file.
    """
    saved = load_checkpoint(checkpoint)
    recipe = saved_recipe(checkpoint, saved)
    recogniser, frame_seconds = build(recipe.network, recipe.front_end, recipe.parameters)
    try:
        recogniser.load_state_dict(recogniser_weights(saved))
    except RuntimeError as error:
        raise InputError(f"the weights of {checkpoint} do not fit its recipe: {error}") from error
    return recogniser.eval(), recipe, frame_seconds


def recogniser_weights(saved: Mapping[str, Any]) -> dict[str, Tensor]:
    """Recogniser's (averaged) weights by parameter name, from the members of a checkpoint."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in saved["state_dict"].items()
        if name.startswith(PREFIX)
    }


def check_resumable(checkpoint: Path, recipe: Recipe) -> None:
    """Check that `recipe` can resume from `checkpoint`, if that exists.

    Raises
    ------
    InputError
        If the file is not a checkpoint, is of another version, or the recipe changes one of
        `FIXED_KEYS`.
    """
    if not checkpoint.exists():
        return
    before = load_recipe(checkpoint)
    for key in FIXED_KEYS:
        if getattr(before, key) != getattr(recipe, key):
            raise InputError(
                f"{checkpoint} was trained with another {key}: "
                "rename the recipe's file to start a new run, or remove this one"
            )
