"""Train a recipe: `python -m training train RECIPE.yaml --data DIR --runs DIR`.

The run's folder, named after the recipe's file, gets checkpoints (`last.ckpt` every few minutes,
`best.ckpt` by the metric on dev), TensorBoard and CSV logs, and learning curves as SVG. The same
command resumes a run that was killed.
"""

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from lightning import Trainer, seed_everything
from lightning.pytorch.callbacks import (
    Callback,
    LearningRateMonitor,
    ModelCheckpoint,
    TQDMProgressBar,
)
from lightning.pytorch.strategies import DDPStrategy

from training.augment import WaveformAugmentation
from training.cli import command, command_parser
from training.data import class_balance, corpus_weights, teacher
from training.data.batch_sampler import BatchSampler
from training.data.corpus import Corpus, load_corpus
from training.data.loaders import evaluation_loader, training_loader
from training.data.manifest import CORPUS_MANIFEST
from training.fit import curves, loggers, warm_start
from training.fit.callbacks import MovingAverage, SaveLast, StopEarly, TimeEstimate
from training.fit.checkpoint import BEST, LAST, check_resumable, load_checkpoint
from training.fit.keyword import KeywordModule
from training.fit.module import CtcModule, RecipeModule
from training.fit.phones import PhoneModule
from training.recipe import Recipe

LOG_INTERVAL_STEPS = 25

TASKS: dict[str, type[RecipeModule]] = {
    "ctc": CtcModule,
    "keyword": KeywordModule,
    "phones": PhoneModule,
}


def resume_step(checkpoint: Path) -> int:
    """Optimiser updates before `checkpoint` was saved; 0 if it does not exist."""
    if not checkpoint.exists():
        return 0
    return int(load_checkpoint(checkpoint)["global_step"])


def train(
    recipe: Recipe, data: Path, runs: Path, name: str, workers: int = 1, processes: int = 1
) -> Path:
    """Train `recipe` in the folder `runs/name`, or resume the run there.

    Parameters
    ----------
    recipe : Recipe
        Its `init_from` is a folder under `runs`, or any other.
    data : Path
        Folder of the corpus folders that the recipe names.
    runs : Path
        Folder of all runs, and of the cache of decoded audio that they share.
    name : str
        Name of the run: the stem of the recipe's file.
    workers : int
        Loader processes per training process, which decode and augment audio; 0: load in the
        training process itself.
    processes : int
        Data-parallel training processes, each with its own batch; an update averages over that many
        batches.

    Returns
    -------
    run : Path
        The folder of the run.

    Raises
    ------
    InputError
        If the run there is of another network, task or optimiser; if the recipe's network, front
        end, augmentation or initial weights cannot be built; or if a corpus or a transcript cannot
        be used for the task.
    OSError
        If a corpus cannot be read or the run's folder cannot be written.
    """
    run = runs / name
    last = run / LAST
    check_resumable(last, recipe)
    seed_everything(recipe.seed, verbose=False)
    torch.set_float32_matmul_precision("high")
    module = TASKS[recipe.task](recipe)
    start = resume_step(last)
    if recipe.init_from and not start:
        source = warm_start.resolve(recipe.init_from, runs)
        warm_start.initialise(module.recogniser, source, recipe.reinitialise)
    cache = runs / "cache"
    corpora = _load_corpora(data, recipe.train, cache)
    if recipe.teacher_labels:
        labels = teacher.read_teacher_labels(data / recipe.teacher_labels)
        corpora = teacher.with_teacher_labels(corpora, labels)
    train_set = module.dataset(corpora, WaveformAugmentation(**recipe.augmentation))
    dev_set = module.dataset(_load_corpora(data, recipe.dev, cache))
    trainer = Trainer(
        **_parallel(processes),
        max_steps=recipe.steps,
        precision=recipe.precision,  # type: ignore[arg-type]
        gradient_clip_val=recipe.gradient_clip_norm,
        val_check_interval=recipe.validation_interval,
        check_val_every_n_epoch=None,
        num_sanity_val_steps=0,
        log_every_n_steps=LOG_INTERVAL_STEPS,
        enable_progress_bar=_interactive(),
        callbacks=_callbacks(recipe, module, run),
        logger=loggers.open_loggers(run, start),
    )
    sampler = BatchSampler(
        train_set.seconds,
        batch_seconds=recipe.batch_seconds,
        seed=recipe.seed,
        start_step=start,
        sortagrad_epochs=recipe.sortagrad_epochs,
        bucket_by_length=recipe.bucket_by_length,
        weights=class_balance.sampling_weights(train_set.corpora)
        if recipe.class_balanced
        else None,
        repetitions=corpus_weights.repetitions(train_set.corpora, recipe.corpus_weights),
        rank=trainer.global_rank,
        world_size=trainer.world_size,
    )
    trainer.fit(
        module,
        training_loader(train_set, sampler, workers),
        evaluation_loader(dev_set),
        ckpt_path=last if last.exists() else None,
        weights_only=False,
    )
    if trainer.is_global_zero:
        loggers.close_loggers(trainer.loggers, curves.plot_curves(run))
    return run


def _load_corpora(data: Path, folders: Sequence[str], cache: Path) -> list[Corpus]:
    return [load_corpus(data / folder / CORPUS_MANIFEST, cache) for folder in folders]


def _interactive() -> bool:
    """Whether somebody watches: a progress bar in a file or under a test is noise."""
    return sys.stdout.isatty()


def _parallel(processes: int) -> dict[str, Any]:
    """Arguments of the Trainer for data-parallel processes on the CPU."""
    if processes == 1:
        return {}
    return {
        "accelerator": "cpu",
        "devices": processes,
        "strategy": DDPStrategy(process_group_backend="gloo"),
        "use_distributed_sampler": False,
    }


def _callbacks(recipe: Recipe, module: RecipeModule, run: Path) -> list[Callback]:
    """Callbacks in order: `SaveLast` saves the state of the best checkpoint and early stopping."""
    patience = recipe.early_stopping_patience
    return [
        MovingAverage(recipe.ema_decay),
        ModelCheckpoint(
            run,
            Path(BEST).stem,
            monitor=module.monitor,
            mode=module.mode,
            enable_version_counter=False,
        ),
        *([StopEarly(module.monitor, patience=patience, mode=module.mode)] if patience else []),
        SaveLast(run / LAST),
        LearningRateMonitor("step"),
        TimeEstimate(),
        *([TQDMProgressBar(refresh_rate=LOG_INTERVAL_STEPS)] if _interactive() else []),
    ]


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and train."""
    parser = command_parser("train", __doc__)
    parser.add_argument("recipe", type=Path, help="YAML file; its stem names the run")
    parser.add_argument("--data", type=Path, required=True, help="folder of corpus folders")
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), help="folder of all runs (default: runs)"
    )
    parser.add_argument(
        "--workers", type=int, default=1, help="loader processes per training process (default: 1)"
    )
    parser.add_argument(
        "--processes",
        type=int,
        default=1,
        help="data-parallel training processes (default: 1); on two cores, two processes with one "
        "thread each are faster than one with two",
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=torch.get_num_threads(),
        help="threads per training process; a recurrent network on a shared machine is fastest "
        "with 1",
    )
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    warnings.filterwarnings("ignore", message="The 'val_dataloader' does not have many workers")
    recipe, name = Recipe.read(options.recipe), options.recipe.stem
    train(recipe, options.data, options.runs, name, options.workers, options.processes)
