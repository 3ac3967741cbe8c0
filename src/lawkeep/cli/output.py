"""Where a command writes: data to stdout, talk and progress to stderr, files whole or not at all."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from lawkeep.model.errors import error


def now() -> int:
    """Microseconds of UTC."""
    return time.time_ns() // 1000


class _Screen(Console):
    def on_broken_pipe(self) -> None:
        """Rich would leave with 1, which means breached here."""
        raise BrokenPipeError


def screen(*, stderr: bool = False) -> Console:
    """A console; NO_COLOR and the width of the terminal are minded."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else 100
    return _Screen(file=stream, width=width, highlight=False, emoji=False, markup=False)


def say(text: str) -> None:
    """A line of talk, on stderr."""
    screen(stderr=True).print(text, style="dim", soft_wrap=True)


def put_json(value: Any) -> None:
    """JSON on stdout, indented, keys in the order given, UTF-8 whatever the locale."""
    raw = msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
    put(raw)


def put(raw: bytes) -> None:
    """Bytes on stdout."""
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(raw.decode())
    else:
        sys.stdout.flush()
        stream.write(raw)
        stream.flush()


def write_file(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a file beside `path`, then give it its name. Error: `output_failed`."""
    try:
        handle, made = tempfile.mkstemp(
            prefix=f".{path.name[:40]}.", suffix=path.suffix, dir=path.parent
        )
        os.close(handle)
        partial = Path(made)
        try:
            write(partial)
            mask = os.umask(0)
            os.umask(mask)
            partial.chmod(0o666 & ~mask)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as problem:
        raise error(
            "output_failed", name=str(path), problem=problem.strerror or str(problem)
        ) from None


def inset(content: RenderableType, left: int = 3) -> Padding:
    """The content moved to the right, also where it goes on in the next line."""
    return Padding(content, (0, 0, 0, left))


@contextmanager
def busy(label: str) -> Iterator[None]:
    """A sign of work on stderr where a person watches, for what cannot say how far it is."""
    console = screen(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(label):
        yield


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr where a person watches; None elsewhere."""
    console = screen(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
