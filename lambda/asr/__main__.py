"""`python -m asr`: the command line of the engine."""

from asr.cli.main import run

run()
