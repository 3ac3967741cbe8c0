"""The audit report: one self-contained HTML page, in Chinese and English, for screen and paper.

The page loads nothing: style and script stand inside and are named by hash in its own content
security policy. Both languages are in the page; the switch remembers nothing.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lawkeep.documents import svg, words
from lawkeep.documents.charts import LOOKS, Language
from lawkeep.documents.exposures import LIMIT, MET_LIMIT, common_scale
from lawkeep.documents.inputs import DutyView, EventView, ReportInput, Role
from lawkeep.documents.phrases import PHRASES
from lawkeep.documents.views import STATES, operator_view


def render(audits: Sequence[ReportInput], *, language: Language = "zh") -> str:
    """The page for these operators, in the order given. `language`: what is shown first."""
    scale = common_scale(audits)
    operators = [operator_view(given, place, scale) for place, given in enumerate(audits)]
    style, script = _package_text("report.css"), _package_text("report.js")
    return (
        _environment()
        .get_template("report.html")
        .render(
            language=language,
            operators=operators,
            states=STATES,
            limit=LIMIT,
            met_limit=MET_LIMIT,
            looks=LOOKS,
            p=PHRASES,
            words=words,
            style=Markup(style),  # noqa: S704 - a file of this package
            script=Markup(script),  # noqa: S704 - a file of this package
            policy=content_security_policy(),
        )
    )


def content_security_policy() -> str:
    """The policy the page states for itself; a server may send it as a header, too."""
    style, script = _hash(_package_text("report.css")), _hash(_package_text("report.js"))
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(source: str) -> str:
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return f"'sha256-{digest}'"


@lru_cache
def _package_text(name: str) -> str:
    return files("lawkeep.documents").joinpath("static", name).read_text("utf-8")


def _finalize(value: Any) -> Any:
    """Control characters have no place in a page; markup is left as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return svg.clean(value)
    return value


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("lawkeep.documents", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )


__all__ = [
    "DutyView",
    "EventView",
    "ReportInput",
    "Role",
    "content_security_policy",
    "render",
]
