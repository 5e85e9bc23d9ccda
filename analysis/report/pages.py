"""What every page of results is made of: the texts of a language, and a template that is filled in and written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from .ones import one

TEMPLATES = Path(__file__).parent / "templates"


@cache
def texts_in(folder: Path, language: str) -> dict[str, Any]:
    """Texts of a language as `texts.toml` of a folder has them; not to be changed."""
    found: dict[str, Any] = tomllib.loads((folder / "texts.toml").read_text(encoding="utf-8"))[language]
    return found


def fill_in(template: str, content: Mapping[str, Any], path: Path) -> None:
    """Fill in a template and write the page."""
    page = one(_templates().get_template(template).render(**content))
    path.write_text(page, encoding="utf-8", newline="\n")


@cache
def _templates() -> jinja2.Environment:
    """Give the templates, each read once however many pages are written."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
