"""`python -m training COMMAND`."""

from training.cli import run

if __name__ == "__main__":
    run()
