"""Progress on a terminal, silence in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def rows_progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function to be called with (done, total)."""
    with click.progressbar(
        length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield show


@contextmanager
def steps_progress() -> Iterator[Callable[[str], None]]:
    """Yield a function to be called with a line when a step begins; gone when all is done."""
    is_shown = sys.stderr.isatty()

    def show(line: str) -> None:
        click.echo(f"\r\x1b[K{line} …", nl=False, err=True)

    try:
        yield show if is_shown else lambda _line: None
    finally:
        if is_shown:
            click.echo("\r\x1b[K", nl=False, err=True)
