"""MkDocs hook: the navigation is the folders of docs/, in reading order, so no page is forgotten.

Chinese twins (NAME.zh-CN.md) are the i18n plugin's and have no entry of their own.
"""

from pathlib import Path
from typing import Any

SECTIONS = [
    ("Tutorial", "tutorial"),
    ("How-to", "how-to"),
    ("Explanation", "explanation"),
    ("Decisions", "decisions"),
    ("Reference", "reference"),
]
ENDS = ["glossary.md", "non-goals.md"]


def navigation(docs: Path) -> list[Any]:
    """The `nav` of mkdocs.yml: first the home page, then a section a folder, then the rest."""
    nav: list[Any] = ["index.md"]
    for title, folder in SECTIONS:
        pages = sorted(_pages(docs / folder), key=lambda p: (p.name != "index.md", p.name))
        if pages:
            nav.append({title: [page.relative_to(docs).as_posix() for page in pages]})
    rest = sorted(page.name for page in _pages(docs))
    return nav + [n for n in ENDS if n in rest] + [n for n in rest if n not in ["index.md", *ENDS]]


def _pages(folder: Path) -> list[Path]:
    return [page for page in folder.glob("*.md") if not page.name.endswith(".zh-CN.md")]


def on_config(config: Any) -> Any:
    """MkDocs calls this once the settings are read."""
    config.nav = navigation(Path(config.docs_dir))
    return config
