"""Every attack on real files and databases, and the table that says what detects what."""

import re
from pathlib import Path

import pytest

from attacks.attacks import ATTACKS, DATABASE, INSIDER, NOBODY, OUTSIDER, Attack, honest_restore
from attacks.world import CHECK, DETECTORS, KEYED, PROOF, REFUSED, TIME, WITNESS, World
from support.stores import KEY

BY = {
    DATABASE: ("database", "数据库"),
    INSIDER: ("key", "密钥"),
    OUTSIDER: ("no access", "无权限"),
    NOBODY: ("accident", "意外"),
}


@pytest.mark.parametrize("attack", ATTACKS, ids=[a.en.replace(" ", "-") for a in ATTACKS])
def test_who_notices(world: World, attack: Attack) -> None:
    assert attack.run(world) == attack.seen


def test_every_attack_is_noticed_by_somebody() -> None:
    assert len(ATTACKS) >= 14
    for attack in ATTACKS:
        assert attack.seen, attack.en
        if attack.by == INSIDER:
            # Whoever holds the key passes every check of the ledger by itself.
            assert not attack.seen & {CHECK, KEYED}
            assert attack.seen & {WITNESS, PROOF, TIME, REFUSED}


def test_nothing_is_noticed_where_nothing_was_done(world: World) -> None:
    assert world.noticed() == set()
    assert world.noticed_in_time() == set()


def test_an_honest_restore_is_reconciled(world: World) -> None:
    honest_restore(world)


def test_a_commit_that_fails_half_way_leaves_no_trace(world: World) -> None:
    """Entries written, tiles not: the transaction is given up, and the next append is sound."""
    ledger = world.store.open()
    head = ledger.head

    def half() -> None:
        with ledger._transaction() as (writer, tree):
            assert writer.insert([(600, "x", "content.stopped", b'{"id":"x"}')]) == 1
            tree.append(bytes(32))
            raise OSError("the power went")

    with pytest.raises(OSError, match="power"):
        half()
    assert ledger.head == head
    assert ledger.get("x") is None
    assert ledger.append([world.event(700)]).first == 600
    assert ledger.verify(KEY.verifier).sound


def table(language: int) -> list[str]:
    """The table of docs/threat-model.md."""
    head = [("attack", "攻击"), ("needs", "所需权限")]
    names = [pair[language] for pair in [*head, *DETECTORS.values()]]
    lines = [f"| {' | '.join(names)} |", "| --- " * len(names) + "|"]
    for attack in ATTACKS:
        marks = ["●" if name in attack.seen else "" for name in DETECTORS]
        cells = [(attack.en, attack.zh)[language], BY[attack.by][language], *marks]
        lines.append(f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |"))
    return lines


@pytest.mark.parametrize(
    ("page", "language"), [("threat-model.md", 0), ("threat-model.zh-CN.md", 1)]
)
def test_the_documented_table_is_what_the_attacks_show(
    root: Path, page: str, language: int
) -> None:
    text = (root / "docs" / page).read_text(encoding="utf-8")
    begin, end = "<!-- attacks -->\n", "<!-- /attacks -->"
    written = re.search(f"{begin}(.*?){end}", text, re.DOTALL)
    assert written is not None
    expected = "\n".join(table(language)) + "\n"
    assert written[1] == expected, f"docs/{page} must hold:\n{expected}"


def test_the_detectors_are_all_used() -> None:
    assert {name for attack in ATTACKS for name in attack.seen} == set(DETECTORS)
    assert {REFUSED, CHECK, KEYED, WITNESS, PROOF, TIME} == set(DETECTORS)
