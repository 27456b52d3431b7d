"""A recipe: everything that a training run is made of, read from one YAML file."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from training.augment import SpecAugment, WaveformAugmentation
from training.errors import InputError
from training.validation import validate_dataclass

TASKS = ("ctc", "keyword", "phones")


@dataclass(frozen=True)
class Recipe:
    """What to train, on what, for how long.

    Attributes
    ----------
    name, version : str
        Name and version of the bundle that comes out.
    network : str
        A key of `training.networks.registry.NETWORKS`.
    front_end, parameters : dict
        Keyword arguments of the front-end (and its `type`, a key of `FRONT_ENDS`) and the network.
    train, dev : list of str
        Folders under the data directory, each with a `manifest.tsv`.
    batch_seconds : float
        Padded seconds of audio in a batch.
    license : str
        Of the bundle: as strict as its sources ask for.
    sorted_epochs : int
        How many epochs go from short to long.
    like_lengths : bool
        Whether a batch holds utterances of like length, or any.
    balanced : bool
        Whether clips are drawn so that words, corpora and speakers come alike (`balance`), not
        each once an epoch.
    steps : int
        Optimiser updates in all; the learning rate has decayed to nothing by then.
    learning_rate, warmup_steps, weight_decay, clip_norm
        Of AdamW: its peak rate, the updates until the peak, its decay, the gradient's bound.
    ema_decay : float
        Of the averaged weights, which are what is validated and exported; it grows to that.
    validate_every : int
        Updates between two looks at dev.
    patience : int
        Validations without a better figure after which the run ends; 0: it goes on to `steps`.
    initial : str
        Where the weights come from at first: another run's folder under that of all runs, or a
        bundle's that keeps them; empty: at random.
    forget : list of str
        Which of those weights begin at random all the same: names, or what they begin with.
    task : str
        What is learned, a key of `training.fit.train.TASKS`: `ctc`, `keyword` for a classifier of whole
        clips, each the kind of the bundle, or `phones` of frames, for others to begin with.
    augmentation, spec_augment : dict
        Keyword arguments of `WaveformAugmentation` and `SpecAugment`.
    """

    name: str
    version: str
    network: str
    front_end: dict[str, Any]
    parameters: dict[str, Any]
    train: list[str]
    dev: list[str]
    batch_seconds: float
    steps: int
    learning_rate: float
    warmup_steps: int
    task: str = "ctc"
    license: str = "CC BY 4.0"
    sorted_epochs: int = 1
    like_lengths: bool = True
    balanced: bool = False
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    ema_decay: float = 0.999
    validate_every: int = 500
    patience: int = 0
    initial: str = ""
    forget: list[str] = field(default_factory=list)
    seed: int = 1
    precision: str = "bf16-mixed"
    augmentation: dict[str, Any] = field(default_factory=dict)
    spec_augment: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def read(path: Path) -> "Recipe":
        """Read a recipe; raises InputError if it is none, or a member is unknown or of no use."""
        try:
            members = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise InputError(f"{path} is not YAML: {error}") from error
        recipe = validate_dataclass(str(path), Recipe, members)
        if recipe.task not in TASKS:
            raise InputError(f"{path}: task {recipe.task!r} is none of {', '.join(TASKS)}")
        augment = validate_dataclass(
            f"{path}, augmentation", WaveformAugmentation, recipe.augmentation
        )
        mask = validate_dataclass(f"{path}, spec_augment", SpecAugment, recipe.spec_augment)
        return replace(
            recipe,
            augmentation={name: getattr(augment, name) for name in recipe.augmentation},
            spec_augment={name: getattr(mask, name) for name in recipe.spec_augment},
        )
