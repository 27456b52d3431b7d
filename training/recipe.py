"""Training recipe: task, network, data, augmentation and schedule of a run, from a YAML file.

A recipe shows what it changes: `extends: other_recipe` names another file of its folder (without
`.yaml`), whose keys it takes over. A key given in both replaces the inherited value, except that
the mappings `parameters`, `augmentation` and `spec_augment` are merged key by key, one level deep.
`null` removes an inherited key, so that its default applies.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from training.augment import SpecAugment, WaveformAugmentation
from training.errors import InputError
from training.validation import validate_dataclass

TASKS = ("ctc", "keyword", "phones")
EXTENDS = "extends"
MERGED = ("parameters", "augmentation", "spec_augment")
# Keys of earlier recipes, and what to write instead.
RENAMED = {
    "initial": "init_from",
    "forget": "reinitialise",
    "sorted_epochs": "sortagrad_epochs",
    "like_lengths": "bucket_by_length",
    "balanced": "class_balanced",
    "clip_norm": "gradient_clip_norm",
    "validate_every": "validation_interval",
    "patience": "early_stopping_patience",
    "parameters.at_once": "parameters.frame_stack",
    "parameters.biases": "parameters.class_bias",
    "parameters.legacy": "network: residual_bigru_legacy",
    "parameters.picture": "parameters.conv2d_stem",
    "augmentation.empty_probability": "augmentation.silence_probability",
    "augmentation.cut_probability": "augmentation.edge_trim_probability",
    "augmentation.cut_db": "augmentation.edge_trim_db",
    "augmentation.expansion": "augmentation.level_expansion",
}


@dataclass(frozen=True)
class Recipe:
    """What to train, on what, for how long.

    Attributes
    ----------
    name, version : str
        Name and version of the exported bundle. (A run's folder is named after the recipe's file.)
    network : str
        A key of `training.networks.registry.NETWORKS`.
    front_end, parameters : dict
        Keyword arguments of the front end (and its `type`, a key of `FRONT_ENDS`) and the network.
    train, dev : list of str
        Folders under the data directory, each with a `manifest.tsv`.
    teacher_labels : str
        File under the data directory with the text that a teacher wrote of training clips, for
        networks with written labels: its case and marks are laid over transcripts that have none
        (`training.data.teacher`). Empty for none.
    corpus_weights : dict
        How often a clip of a corpus comes in an epoch, on average, by name of the corpus; 1 for
        those that it lacks.
    batch_seconds : float
        Padded seconds of audio in a batch.
    steps : int
        Optimiser updates in all; the learning rate has decayed to zero by then.
    learning_rate, warmup_steps, weight_decay, gradient_clip_norm
        AdamW: peak rate, updates until the peak, weight decay, bound of the gradient's norm.
    decay_steps : int, optional
        Updates at the end during which the learning rate decays to zero; before them it is
        constant. By default all after the warm-up.
    head_learning_rate : float, optional
        Peak rate of the parameters outside of a pre-trained encoder; by default `learning_rate`.
    layer_learning_rate_decay : float
        Factor of the peak rate from each layer of a pre-trained encoder to the one below
        (Howard and Ruder 2018); 1 for the same rate in all.
    intermediate_loss_weight : float
        Weight of the CTC losses of inner layers, in networks with self-conditioning.
    task : str
        Training task, a key of `training.fit.train.TASKS`: `ctc`, `keyword` (classification of
        whole clips), or `phones` (classification of frames, to pre-train other recipes). The first
        two are also the kind of the exported bundle.
    license : str
        Licence of the bundle: as strict as its sources require.
    sortagrad_epochs : int
        Number of initial epochs that go from short to long utterances.
    bucket_by_length : bool
        Whether a batch holds utterances of similar length, or of any.
    class_balanced : bool
        Whether clips are sampled so that words, corpora and speakers come equally often
        (`training.data.class_balance`), instead of each once an epoch.
    ema_decay : float
        Decay of the exponential moving average of the weights; the averaged weights are
        validated and exported. The decay rises to this value at the start of a run.
    validation_interval : int
        Updates between validations on dev.
    early_stopping_patience : int
        Validations without improvement after which the run ends; 0 disables early stopping.
    init_from : str
        Source of the initial weights: another run's folder under the runs folder, or the folder of
        a bundle that stores them (bfloat16), or of `python -m training import-pretrained
        whisper-base`; empty for random weights.
    reinitialise : list of str
        Parameter names, or their prefixes, that keep their random initial weights all the same.
    frozen : list of str
        Parameter names, or their prefixes, that are not trained.
    seed : int
        Seed of initial weights, data order, augmentation and dropout.
    precision : str
        `precision` of Lightning's Trainer.
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
    teacher_labels: str = ""
    corpus_weights: dict[str, float] = field(default_factory=dict)
    sortagrad_epochs: int = 1
    bucket_by_length: bool = True
    class_balanced: bool = False
    weight_decay: float = 0.01
    gradient_clip_norm: float = 1.0
    ema_decay: float = 0.999
    decay_steps: int | None = None
    validation_interval: int = 500
    early_stopping_patience: int = 0
    head_learning_rate: float | None = None
    layer_learning_rate_decay: float = 1.0
    intermediate_loss_weight: float = 0.3
    init_from: str = ""
    reinitialise: list[str] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)
    seed: int = 1
    precision: str = "bf16-mixed"
    augmentation: dict[str, Any] = field(default_factory=dict)
    spec_augment: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def read(path: Path) -> "Recipe":
        """Read a recipe and those that it extends.

        Raises
        ------
        InputError
            If a file is not a recipe, a key is unknown or has a value of another type, or the
            recipe that is extended does not exist or extends this one.
        OSError
            If there is no such file.
        """
        recipe = validate_dataclass(str(path), Recipe, _resolve(path))
        if recipe.task not in TASKS:
            raise InputError(f"{path}: unknown task {recipe.task!r}; use one of {', '.join(TASKS)}")
        if recipe.class_balanced and recipe.corpus_weights:
            raise InputError(f"{path}: class_balanced and corpus_weights exclude each other")
        augment = validate_dataclass(
            f"{path}, augmentation", WaveformAugmentation, recipe.augmentation
        )
        mask = validate_dataclass(f"{path}, spec_augment", SpecAugment, recipe.spec_augment)
        return replace(
            recipe,
            augmentation={name: getattr(augment, name) for name in recipe.augmentation},
            spec_augment={name: getattr(mask, name) for name in recipe.spec_augment},
        )


def _resolve(path: Path, extended_by: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Keys of the recipe at `path`, merged over the keys of the recipe that it extends."""
    keys = _load_yaml(path)
    name = keys.pop(EXTENDS, None)
    if name is None:
        return keys
    parent, chain = path.with_name(f"{name}.yaml"), (*extended_by, path)
    if parent in chain:
        cycle = " -> ".join(each.stem for each in (*chain, parent))
        raise InputError(f"{path}: recipes extend one another: {cycle}")
    if not parent.exists():
        raise InputError(f"{path}: extends {name!r}, but there is no {parent}")
    return _merge(_resolve(parent, chain), keys)


def _load_yaml(path: Path) -> dict[str, Any]:
    try:
        keys = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not YAML: {error}") from error
    if not isinstance(keys, dict):
        raise InputError(f"{path} is not a recipe: expected a mapping of keys to values")
    for old, new in RENAMED.items():
        section, _, key = old.rpartition(".")
        mapping = keys.get(section) if section else keys
        if isinstance(mapping, Mapping) and key in mapping:
            raise InputError(f"{path}: the key {old!r} was renamed; write {new!r}")
    return keys


def _merge(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    merged = _override(parent, child)
    for key in MERGED:
        if isinstance(parent.get(key), Mapping) and isinstance(child.get(key), Mapping):
            merged[key] = _override(parent[key], child[key])
    return merged


def _override(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**parent, **child}.items() if value is not None}
