"""Every duty of every shipped pack comes out as its own examples say."""

from importlib.resources import files

import pytest

from lawkeep.app import vocabulary
from lawkeep.judge.form import as_list
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack, load_pack
from lawkeep.law.timeline import OPERATOR, read_timeline

VOCABULARY = vocabulary()
PACKS = {
    folder.name: load_pack(folder, VOCABULARY)
    for folder in files("lawkeep.law").joinpath("packs").iterdir()
    if folder.joinpath("pack.yaml").is_file()
}
CASES = [
    pytest.param(pack, duty, outcome, text, id=f"{pack.id}-{duty.duty}-{outcome}-{index}")
    for pack in PACKS.values()
    for duty in pack.duties
    for outcome in ("met", "breached", "open", "pending")
    for index, text in enumerate(as_list(getattr(duty.examples, outcome)))
]


@pytest.mark.parametrize(("pack", "duty", "outcome", "text"), CASES)
def test_example(pack: Pack, duty, outcome: str, text: str) -> None:
    timeline = read_timeline(
        text, VOCABULARY, pack.head.zone, duty.applies_to, pack.head.jurisdiction
    )
    judged, _, _ = judge_pack(
        timeline.events,
        pack,
        operator=OPERATOR,
        as_of=timeline.as_of,
        drafts=True,
        only=frozenset({duty.duty}),
    )
    states = [j.finding.state for j in judged]
    assert outcome in states, states
    if outcome == "met":
        assert not {"breached", "open"} & set(states), states
    elif outcome != "breached":
        assert "breached" not in states, states


def test_packs_are_there() -> None:
    assert {"cn", "eu"} <= set(PACKS)
    assert all(pack.duties for pack in PACKS.values())
