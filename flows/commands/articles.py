"""`amur articles`: what was read."""

from __future__ import annotations

import click

from flows.commands.article_diff import diff
from flows.commands.article_list import listing, show


@click.group()
def articles() -> None:
    """List articles, show what is in one, and what was changed in it."""


for command in (listing, show, diff):
    articles.add_command(command)
