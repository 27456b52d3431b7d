"""Replace a directory as a whole, so that an interrupted command leaves none half-written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def swap_directory(target: Path) -> Iterator[Path]:
    """Yield an empty directory that replaces `target` when the block ends without an error.

    It lies beside `target`, on the same file system: the swap is two renames, and an
    interruption of the block leaves `target` unchanged. After an error the new directory is
    removed; if the process is killed it remains, under a hidden name (`.NAME.XXXXXXXX`).

    Raises
    ------
    OSError
        If `target` cannot be renamed, such as a mount point.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as temporary:
        new, old = Path(temporary) / "new", Path(temporary) / "old"
        new.mkdir()
        yield new
        new.chmod(0o755)  # regardless of the umask: a bundle is also read by a container's user
        if target.exists():
            target.rename(old)
        new.rename(target)
