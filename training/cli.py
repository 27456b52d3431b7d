"""Command line of training, `python -m training COMMAND`; imports only the command that runs."""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from typing import NamedTuple, ParamSpec

from training.errors import USER_ERRORS, message

Arguments = ParamSpec("Arguments")

USAGE_ERROR = 2  # exit status for unusable input, as of argparse
PROGRAM = "python -m training"


class Command(NamedTuple):
    """Module whose `main(arguments)` runs a command, and its line of help."""

    module: str
    help: str


COMMANDS = {
    "download": Command("training.download.download", "download public corpora"),
    "synthesize": Command("training.synthesis.synthesize", "make a corpus of synthetic speech"),
    "align-phones": Command("training.alignment.align_phones", "force-align phones to sentences"),
    "cut-words": Command("training.alignment.cut_words", "cut single words out of sentences"),
    "keyword-data": Command("training.keyword.prepare_data", "build the keyword data set"),
    "train": Command("training.fit.train", "train a recipe, or resume its run"),
    "finetune": Command("training.finetune.finetune", "fine-tune a bundle on your own clips"),
    "evaluate": Command("training.evaluation.evaluate", "measure error rates of a bundle"),
    "cross-validate": Command(
        "training.keyword.cross_validation", "cross-validate a keyword recipe by speaker"
    ),
    "language-model": Command("training.language_model.build", "build an n-gram language model"),
    "add-language-model": Command(
        "training.export.add_language_model",
        "add a language model to a bundle and tune its weights",
    ),
    "export": Command("training.export.export", "export a trained run to a bundle"),
    "import-pretrained": Command("training.export.pretrained.command", "import a published model"),
    "import-weights": Command(
        "training.export.legacy", "export weights of the published course assignment"
    ),
    "compare-precisions": Command(
        "training.export.compare_precisions", "compare float32, bfloat16 and int8 of a run"
    ),
    "card": Command("training.card.card", "write the model card of a bundle"),
}


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command named by the first of `arguments` (default: `sys.argv[1:]`)."""
    width = max(map(len, COMMANDS))
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Train, evaluate and export speech models.",
        epilog="commands:\n"
        + "\n".join(f"  {name:{width}}  {each.help}" for name, each in COMMANDS.items())
        + f"\n\n`{PROGRAM} COMMAND --help` lists the options of a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "command", metavar="COMMAND", choices=COMMANDS, help="one of those listed below"
    )
    parser.add_argument("options", nargs=argparse.REMAINDER, help="options of the command")
    given = sys.argv[1:] if arguments is None else arguments
    if not given:
        parser.error("COMMAND is missing; --help lists the commands")
    options = parser.parse_args(given)
    import_module(COMMANDS[options.command].module).main(options.options)


def command_parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """Argument parser of the command `name`; `description` is its module's docstring."""
    return argparse.ArgumentParser(
        prog=f"{PROGRAM} {name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def command(main: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Decorate `main` to report a user's error in one line on standard error, with status 2."""

    @wraps(main)
    def wrapper(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        try:
            main(*arguments, **options)
        except USER_ERRORS as error:
            print(f"error: {message(error)}", file=sys.stderr)
            raise SystemExit(USAGE_ERROR) from error

    return wrapper
