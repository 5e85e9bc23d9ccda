"""Every command that the documentation shows is run as it stands there: a reader who copies it gets no error."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if page.exists()]


def commands(page: Path) -> list[str]:
    """Lines of a page that start with `$ stupror`, with the lines that a backslash continues."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.strip()[2:] for line in text.splitlines() if line.strip().startswith("$ stupror")]


def files(page: Path) -> dict[str, str]:
    """Files that a page shows: TOML blocks whose first line is a comment with the file's name."""
    blocks = re.findall(r"```toml\n# (\S+\.toml)\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.S)
    return dict(blocks)


# One test per page: later commands of a page may read what earlier ones have written.
@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.name)
def test_the_commands_of_a_page_run_in_its_order(page: Path, tmp_path: Path) -> None:
    main = [sys.executable, "-c", "from stupror.experiments.cli import main; main()"]
    for name, text in files(page).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for command in commands(page):
        words = [*main, *shlex.split(command, comments=True)[1:]]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{page.name}: {command}\n{done.stderr}"
