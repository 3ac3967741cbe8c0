"""Which of the two languages people are spoken to in."""

import os
from typing import Literal

Language = Literal["zh", "en"]


def language(chosen: str | None = None) -> Language:
    """`--language`, else LAWKEEP_LANG, else the locale; English for all but Chinese."""
    for value in (
        chosen,
        os.environ.get("LAWKEEP_LANG"),
        os.environ.get("LC_ALL"),
        os.environ.get("LC_MESSAGES"),
        os.environ.get("LANG"),
    ):
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
