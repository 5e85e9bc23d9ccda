"""The documentation as a site (Sphinx, MyST): `make site`. The pages are those that are read in the repository.

What stands on which shelf is read from docs/README.md, so that it is said once.
"""

import re
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

project = "stupror"
author = "The stupror authors"
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md"]
exclude_patterns = [".venv", "build", "out"]
html_theme = "furo"
html_title = "stupror"
html_copy_source = False
myst_heading_anchors = 4
myst_enable_extensions = ["dollarmath"]
myst_url_schemes = ("http", "https", "mailto")


def shelves() -> list[tuple[str, list[str]]]:
    """Shelves of docs/README.md with their pages, in order."""
    text = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    found = []
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        title, _, body = part.partition("\n")
        pages = re.findall(r"\]\(([\w./-]+)\.md\)", body)
        found.append((title.strip(), [f"docs/{page}".replace("docs/../", "") for page in dict.fromkeys(pages)]))
    return found


def as_site(app: Any, page: str, source: list[str]) -> None:
    """Give the first page its contents, and take links to folders away: a site has no folders to look into."""
    here = (ROOT / page).parent

    def plain(found: "re.Match[str]") -> str:
        return found[1] if (here / found[2]).is_dir() else found[0]

    source[0] = re.sub(r"\[([^\]]*)\]\(([\w./-]+)\)", plain, source[0])
    if page == root_doc:
        for title, pages in [*shelves(), ("More", ["docs/README", "CONTRIBUTING"])]:
            source[0] += "\n\n```{toctree}\n:hidden:\n:caption: " + title + "\n\n" + "\n".join(pages) + "\n```\n"


def front_door(app: Any, exception: Exception | None) -> None:
    """Let the first page be found where a browser looks for it."""
    if exception is None and app.builder.format == "html":
        shutil.copyfile(Path(app.outdir) / f"{root_doc}.html", Path(app.outdir) / "index.html")


def setup(app: Any) -> None:
    """Tell Sphinx of both."""
    app.connect("source-read", as_site)
    app.connect("build-finished", front_door)
