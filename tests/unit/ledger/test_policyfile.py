"""Trust policies as text: what is read, and what is refused with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lawkeep.ledger.keys import new_key
from lawkeep.ledger.locate import create_ledger, in_postgres, open_ledger
from lawkeep.ledger.note import COSIGNATURE, ED25519, SignerKey
from lawkeep.ledger.policyfile import parse_policy, read_policy
from lawkeep.ledger.publish import publish, published_entries
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event, encode
from support.witnessing import Town

LOG = SignerKey("example.com/records", ED25519, bytes(range(32))).verifier
W = [SignerKey(f"w{n}.example", COSIGNATURE, bytes([n + 1] * 32)).verifier for n in range(3)]
LINES = [f"witness {'abc'[n]} {key.text()} https://w{n}.example/" for n, key in enumerate(W)]
GOOD = "\n".join(
    ["# who counts", f"log {LOG.text()}", "", *LINES, "group\tours 2 a b c", " quorum ours ", ""]
)


def test_a_policy() -> None:
    found = parse_policy(GOOD.encode())
    assert found.log("example.com/records") == LOG
    assert found.log("example.com/other") is None
    assert found.policy is not None
    assert (found.policy.witnesses, found.policy.needed) == (tuple(W), 2)
    assert [member.url for member in found.members] == [f"https://w{n}.example/" for n in range(3)]
    circle = found.circle()
    assert circle is not None
    assert circle.policy == found.policy


@pytest.mark.parametrize(
    ("quorum", "needed", "count"),
    [("quorum a", 1, 1), ("group g all a b\nquorum g", 2, 2), ("group g any c\nquorum g", 1, 1)],
)
def test_quorums(quorum: str, needed: int, count: int) -> None:
    found = parse_policy("\n".join([*LINES, quorum]).encode())
    assert found.policy is not None
    assert (found.policy.needed, len(found.policy.witnesses)) == (needed, count)


def test_no_quorum_asks_nobody() -> None:
    found = parse_policy(b"quorum none")
    assert (found.policy, found.circle()) == (None, None)


@pytest.mark.parametrize(
    ("lines", "code", "at"),
    [
        ([], "policy_malformed", None),
        (["quorum x"], "policy_malformed", 1),
        (["quorum none", "quorum none"], "policy_malformed", 2),
        (["wintess a b"], "policy_malformed", 1),
        (["log nonsense"], "note_key_malformed", 1),
        ([f"log {LOG.text()}"] * 2, "policy_malformed", 2),
        ([f"witness a {LOG.text()}"], "policy_malformed", 1),
        ([LINES[0], LINES[0]], "policy_malformed", 2),
        ([LINES[0], LINES[0].replace("witness a", "witness b")], "policy_malformed", 2),
        ([f"witness none {W[0].text()}"], "policy_malformed", 1),
        ([*LINES, "group g 2 a d"], "policy_malformed", 4),
        ([*LINES, "group g 2 a a"], "policy_malformed", 4),
        ([*LINES, "group g 0 a b"], "policy_malformed", 4),
        ([*LINES, "group g 3 a b"], "policy_malformed", 4),
        ([*LINES, "group g all a b", "group h all g c"], "policy_malformed", 5),
        ([*LINES, "group g any a b", "quorum g"], "witness_policy_impossible", None),
        ([*LINES, "group g 1 a b c", "quorum g"], "witness_policy_impossible", None),
    ],
)
def test_what_is_refused(lines: list[str], code: str, at: int | None, tmp_path: Path) -> None:
    path = tmp_path / "policy"
    path.write_text("\n".join(lines))
    with pytest.raises(LawkeepError) as raised:
        read_policy(path)
    assert raised.value.code == code
    assert raised.value.location is not None
    assert raised.value.location.line == at
    for language in ("en", "zh"):
        assert "{" not in raised.value.text(language) + raised.value.advice(language)


def test_a_missing_policy(tmp_path: Path) -> None:
    with pytest.raises(LawkeepError) as raised:
        read_policy(tmp_path / "no")
    assert raised.value.code == "policy_malformed"


@pytest.fixture
def event() -> Callable[[int], Event]:
    return lambda n: Event(
        id=f"e{n}", type="content.stopped", occurred_at=0, recorded_at=0, operator="o"
    )


def test_a_ledger_by_its_place(tmp_path: Path, event: Callable[[int], Event]) -> None:
    key = new_key(tmp_path / "k", "example.com/records")
    town = Town(tmp_path / "town", [key.verifier])
    where = tmp_path / "r.sqlite"
    create_ledger(where, "example.com/records", 0, key=tmp_path / "k").close()
    with open_ledger(where, key=tmp_path / "k", circle=town.circle()) as ledger:
        ledger.append([event(0)])
        assert town.asked
    with open_ledger(str(where)) as ledger:
        assert (ledger.size, ledger.can_sign) == (1, False)
    assert in_postgres("postgresql://localhost/x")
    assert not in_postgres(where)


def test_published_entries_are_read_back(tmp_path: Path, event: Callable[[int], Event]) -> None:
    key = new_key(tmp_path / "k", "example.com/records")
    folder = tmp_path / "site"
    raws = [encode(event(n)) for n in range(700)]
    with create_ledger(tmp_path / "r.sqlite", key.name, 0, key=tmp_path / "k") as ledger:
        for until in (100, 300, 512, 700):
            ledger.append(event(n) for n in range(ledger.size, until))
            assert publish(ledger, folder).size == until
            for start in (0, 99, 255, 256, 511, 699):
                assert list(published_entries(folder, start)) == raws[start:until]
    assert list(published_entries(tmp_path / "nothing")) == []
    with create_ledger(tmp_path / "u.sqlite", "u", 0) as ledger:
        with pytest.raises(LawkeepError) as raised:
            publish(ledger, tmp_path / "u")
        assert raised.value.code == "ledger_unsigned"
