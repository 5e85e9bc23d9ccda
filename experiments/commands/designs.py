"""`stupror designs`: list the funding designs, read one aloud, begin one of your own."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["list_designs", "show_design"]


def list_designs(context: typer.Context) -> None:
    """List the funding designs that come with the model, or read one aloud."""
    if context.invoked_subcommand is not None:
        return
    from model.funding import design_names, load_design

    names = design_names()
    wide = max(map(len, names))
    for name in names:
        typer.echo(f"{name:{wide}}  {load_design(name).title}")


def show_design(
    name: Annotated[str, typer.Argument(help="Name of a design, or path of a design file.")],
) -> None:
    """Read a design aloud: who decides, who pays, what is measured, what follows."""
    from model.funding import describe, load_design

    typer.echo(describe(load_design(name)), nl=False)
