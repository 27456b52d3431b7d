"""Train a recipe: `python -m training train RECIPE.yaml --data DIR --runs DIR`.

The run's folder gets checkpoints (`last.ckpt` every few minutes, the best on dev), TensorBoard
and CSV logs, and the curves as SVG. The same command continues a run that was killed.
"""

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
from training.data import class_balance, corpus, manifest
from training.data.batch_sampler import BatchSampler
from training.data.dataset import evaluation_loader, training_loader
from training.fit import curves, loggers, warm_start
from training.fit.callbacks import MovingAverage, SaveLast, StopEarly
from training.fit.checkpoint import check_continues, read
from training.fit.keyword import KeywordModule
from training.fit.module import CtcModule, RecipeModule
from training.fit.phones import PhoneModule
from training.recipe import Recipe

TASKS: dict[str, type[RecipeModule]] = {
    "ctc": CtcModule,
    "keyword": KeywordModule,
    "phones": PhoneModule,
}


def resume_step(checkpoint: Path) -> int:
    """Optimiser updates done when `checkpoint` was saved; 0 where there is none."""
    if not checkpoint.exists():
        return 0
    return int(read(checkpoint)["global_step"])


def train(recipe: Recipe, data: Path, runs: Path, workers: int = 1, processes: int = 1) -> Path:
    """Run or continue `recipe`; returns the folder of the run.

    `processes` learn side by side, each from a batch of its own: a step of the run is then that of
    so many batches.
    """
    run = runs / f"{recipe.name}-{recipe.version}"
    cache = runs / "cache"
    last = run / "last.ckpt"
    check_continues(last, recipe)
    seed_everything(recipe.seed, verbose=False)
    torch.set_float32_matmul_precision("high")
    module = TASKS[recipe.task](recipe)
    start = resume_step(last)
    if recipe.initial and not start:
        source = warm_start.find(recipe.initial, runs)
        warm_start.load(module.recogniser, source, recipe.forget)
    train_set = module.dataset(
        [
            corpus.load_corpus(data / name / manifest.CORPUS_MANIFEST, cache)
            for name in recipe.train
        ],
        WaveformAugmentation(**recipe.augmentation),
    )
    dev_set = module.dataset(
        [corpus.load_corpus(data / name / manifest.CORPUS_MANIFEST, cache) for name in recipe.dev]
    )
    trainer = Trainer(
        **_side_by_side(processes),
        max_steps=recipe.steps,
        precision=recipe.precision,  # type: ignore[arg-type]
        gradient_clip_val=recipe.clip_norm,
        val_check_interval=recipe.validate_every,
        check_val_every_n_epoch=None,
        num_sanity_val_steps=0,
        log_every_n_steps=25,
        callbacks=_callbacks(recipe, module, run),
        logger=loggers.open_loggers(run, start),
    )
    sampler = BatchSampler(
        train_set.seconds,
        batch_seconds=recipe.batch_seconds,
        seed=recipe.seed,
        start_step=start,
        sortagrad_epochs=recipe.sorted_epochs,
        bucket_by_length=recipe.like_lengths,
        weights=class_balance.sampling_weights(train_set.corpora) if recipe.balanced else None,
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
        loggers.close(trainer.loggers, curves.draw(run))
    return run


def _side_by_side(processes: int) -> dict[str, Any]:
    """What the trainer has to be told of more processes than one."""
    if processes == 1:
        return {}
    strategy = DDPStrategy(process_group_backend="gloo")
    return {
        "accelerator": "cpu",
        "devices": processes,
        "strategy": strategy,
        "use_distributed_sampler": False,
    }


def _callbacks(recipe: Recipe, module: RecipeModule, run: Path) -> list[Callback]:
    """In this order: what is saved last knows of the best, and of whether to stop."""
    best = ModelCheckpoint(
        run, "best", monitor=module.monitor, mode=module.mode, enable_version_counter=False
    )
    stop = [StopEarly(module.monitor, patience=recipe.patience, mode=module.mode)]
    return [
        MovingAverage(recipe.ema_decay),
        best,
        *(stop if recipe.patience else []),
        SaveLast(run / "last.ckpt"),
        LearningRateMonitor("step"),
        TQDMProgressBar(refresh_rate=25),
    ]


@command
def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and train."""
    parser = command_parser("train", __doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder of corpus folders")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--workers", type=int, default=1, help="that load, of each process")
    parser.add_argument(
        "--processes",
        type=int,
        default=1,
        help="that learn side by side: two, of one thread each, get more done than two threads",
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=torch.get_num_threads(),
        help="of one step; a recurrent network on a shared machine is fastest with 1",
    )
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    warnings.filterwarnings("ignore", message="The 'val_dataloader' does not have many workers")
    recipe = Recipe.read(options.recipe)
    train(recipe, options.data, options.runs, options.workers, options.processes)
