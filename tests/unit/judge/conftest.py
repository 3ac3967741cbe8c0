"""Judge a few lines of text under the shipped law."""

from collections.abc import Callable
from importlib.resources import files

import pytest

from lawkeep.app import vocabulary
from lawkeep.judge.audit import audit
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack, load_pack
from lawkeep.law.timeline import OPERATOR, read_timeline
from lawkeep.model.finding import Audit

VOCABULARY = vocabulary()

JudgeText = Callable[..., Audit]


@pytest.fixture(scope="session")
def cn() -> Pack:
    return load_pack(files("lawkeep.law") / "packs" / "cn", VOCABULARY)


@pytest.fixture(scope="session")
def judged(cn: Pack) -> JudgeText:
    def judge(
        text: str, *, roles: str = "publishing", only: str = "", drafts: bool = False
    ) -> Audit:
        timeline = read_timeline(text, VOCABULARY, cn.head.zone, roles.split(", "))

        def engine(pack: Pack, **asked):
            return judge_pack(timeline.events, pack, **asked)

        return audit(
            engine,
            [cn],
            operator=OPERATOR,
            as_of=timeline.as_of,
            jurisdictions=frozenset({"cn"}),
            engine_name="reference",
            drafts=drafts,
            only=frozenset(only.split(", ")) if only else frozenset(),
        )

    return judge
