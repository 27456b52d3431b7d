"""What happens between the updates of a run: its checkpoints, and whether it stops early."""

from pathlib import Path

from lightning import Trainer
from lightning.pytorch.callbacks import Checkpoint, EarlyStopping

SAVE_EVERY_STEPS = 200


class SaveLast(Checkpoint):
    """Saves to `file` every `SAVE_EVERY_STEPS`, and after a validation, to know of the best.

    `ModelCheckpoint` saves before the validation of the same step, which a resumed run then skips,
    and under another name in a run that was moved.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def on_train_batch_end(self, trainer: Trainer, *_: object) -> None:
        """Save at multiples of `SAVE_EVERY_STEPS`."""
        if trainer.global_step % SAVE_EVERY_STEPS == 0:
            trainer.save_checkpoint(self.file)

    def on_validation_end(self, trainer: Trainer, *_: object) -> None:
        """Save what the validation found."""
        trainer.save_checkpoint(self.file)


class StopEarly(EarlyStopping):
    """Ends a run whose figure on dev has not improved for `patience` validations.

    A run that has ended so stays ended when its command is given again.
    """

    def on_train_start(self, trainer: Trainer, *_: object) -> None:
        """End at once what was resumed from a checkpoint of the end."""
        if self.wait_count >= self.patience:
            trainer.should_stop = True
