"""Erasure across vault, files and ledger: nothing stays anywhere, and the ledger still verifies."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from lawkeep.app.choice import Choice
from lawkeep.app.erasing import Keepers, destroy_due, erase, erase_again, settle
from lawkeep.app.evidence import export
from lawkeep.app.holding import Actor, holds_of, place_hold, release_hold
from lawkeep.ledger.blobs import digest_of
from lawkeep.ledger.export import verify_bag
from lawkeep.model.errors import LawkeepError
from lawkeep.model.time import DAY, format_instant, parse_instant
from lawkeep.vault import Vault, back_up
from lawkeep.vault.keys import KeyFile
from support.personal import ID_NUMBER, NAME, NUMBER, leak

from .conftest import NOW, event

PICTURE = b"\xff\xd8\xff picture of an identity card " * 40


def who(name: str = "x1") -> Actor:
    return Actor(name, "talk", "officer-1")


def _register(keepers: Keepers, subject: str = "s1", purpose: str = "identity") -> list[bytes]:
    """Seal a registration, say so in the ledger; what must not be found after the erasure."""
    number = NUMBER if subject == "s1" else f"1380000000{subject[-1]}"
    fields = {"name": NAME, "number": number, "id_number": ID_NUMBER}
    digests = keepers.vault.seal(subject, purpose, "r1", fields, NOW, searched={"number"})
    sealed = keepers.vault.seal_file(subject, purpose, "card.jpg", PICTURE, NOW)
    assert keepers.blobs is not None
    file = keepers.blobs.put(sealed)
    keepers.ledger.append(
        [
            event(f"i-{subject}-{purpose}", "identity.submitted", keys={"subject": subject},
                  evidence=(*sorted(digests.values()), file)),
            event(f"v-{subject}-{purpose}", "identity.verified", keys={"subject": subject}),
        ]
    )  # fmt: skip
    rows = keepers.vault._rows(
        "SELECT wrapped, content, mac FROM keys JOIN sealed USING (key) JOIN lookup USING (key)"
        " WHERE subject = ? AND purpose = ?",
        (subject, purpose),
    )
    name, wrapped = keepers.vault._rows(
        "SELECT name, wrapped FROM keys WHERE subject = ? AND purpose = ?", (subject, purpose)
    )[0]
    key = keepers.vault._unwrapped(name, wrapped)
    return [key, sealed, *{bytes(part) for row in rows for part in row}]


def _found(folder: Path, needles: list[bytes]) -> list[str]:
    files = [p for p in folder.rglob("*") if p.is_file()]
    return [
        f"{p}: {n[:12]!r}" for p in files for raw in [p.read_bytes()] for n in needles if n in raw
    ]


def _plain() -> list[bytes]:
    return [NUMBER.encode(), ID_NUMBER.encode(), NAME.encode(), PICTURE[:30]]


def test_after_an_erasure_nothing_is_left_anywhere(keepers: Keepers, tmp_path: Path) -> None:
    needles = _register(keepers)
    export(keepers.ledger, tmp_path / "before", Choice(), keepers.packs, now=NOW)
    assert len(needles) == 7
    assert _found(tmp_path, _plain()) == []
    assert len(_found(tmp_path, needles[1:])) >= 6  # all but the data key, which is only wrapped
    assert _found(tmp_path, needles[:1]) == []
    done = erase(keepers, "s1", who(), basis="CN-PIPL 47: withdrawn", now=NOW + DAY)
    assert _found(tmp_path, needles + _plain()) == []
    entry = keepers.ledger.get("x1")
    assert entry is not None
    assert entry.event.type == "subject.erased"
    assert entry.event.data == {
        "effective_at": format_instant(NOW + 8 * DAY),
        "basis": "CN-PIPL 47: withdrawn",
        "purposes": ["identity"],
        "destroyed": list(done.keys),
    }
    assert entry.event.actor == "officer-1"
    assert keepers.ledger.verify().sound
    export(
        keepers.ledger, tmp_path / "after", Choice(), keepers.packs, now=NOW, blobs=keepers.blobs
    )
    assert verify_bag(tmp_path / "after").problems == []
    assert verify_bag(tmp_path / "before").problems == []
    assert _found(tmp_path, needles + _plain()) == []


def test_no_export_log_or_event_holds_personal_data_or_what_leads_to_it(
    keepers: Keepers, tmp_path: Path
) -> None:
    """Nor an unkeyed hash: eleven digits are tried out in hours."""
    _register(keepers)
    assert keepers.blobs is not None
    export(keepers.ledger, tmp_path / "bag", Choice(), keepers.packs, now=NOW, blobs=keepers.blobs)
    erase(keepers, "s1", who(), basis="request", now=NOW)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 15
    assert {leak(path.read_bytes(), binary=True) for path in files} == {None}


def test_a_leak_would_be_noticed(keepers: Keepers) -> None:
    """Every event of the whole test run passes this search (tests/conftest.py)."""
    hashed = sha256(NUMBER.encode()).hexdigest()
    for value in (f"call {NUMBER}", f"sha256:{hashed}", NAME, f"86{ID_NUMBER}"):
        with pytest.raises(AssertionError, match="holds"):
            keepers.ledger.append([event("x", "identity.failed", data={"reason": value})])
    assert keepers.ledger.size == 0


def test_a_hold_blocks_erasure_and_files_until_it_is_released(keepers: Keepers) -> None:
    _register(keepers)
    assert keepers.blobs is not None
    paper = keepers.blobs.put(b"order of the tribunal")
    hold = place_hold(
        keepers.ledger, who("h1"), case="k1", scope="subject=s1", authority="tribunal",
        review_at=NOW + 30 * DAY, now=NOW, document=paper, blobs=keepers.blobs,
    )  # fmt: skip
    assert hold.document == paper
    file = keepers.vault.files("s1", "identity")[0]
    assert keepers.blobs.kept(file) == (0, True)
    with pytest.raises(LawkeepError) as told:
        erase(keepers, "s1", who(), basis="request", now=NOW + 1)
    assert told.value.code in ("vault_held", "blob_kept")
    assert told.value.kind.exit_code == 1
    assert keepers.vault.read("s1", "identity", "r1")["name"] == NAME
    assert keepers.ledger.get("x1") is None
    assert [h.overdue(NOW + 31 * DAY) for h in holds_of(keepers.ledger, NOW + 1)] == [True]
    release_hold(keepers.ledger, who("h2"), case="k1", now=NOW + 2, blobs=keepers.blobs)
    assert keepers.blobs.kept(file) == (0, False)
    assert erase(keepers, "s1", who(), basis="request", now=NOW + 3).keys
    with pytest.raises(LawkeepError) as told:
        release_hold(keepers.ledger, who("h3"), case="k1", now=NOW + 4)
    assert told.value.code == "hold_unknown"


def test_a_hold_is_reviewed_at_a_date_to_come(keepers: Keepers) -> None:
    for scope, review, code in (
        ("subject=s1", NOW, "hold_review_past"),
        ("whatever", NOW + DAY, "hold_scope_malformed"),
    ):
        with pytest.raises(LawkeepError) as told:
            place_hold(
                keepers.ledger, who("h1"), case="k", scope=scope, authority="a",
                review_at=review, now=NOW,
            )  # fmt: skip
        assert told.value.code == code
    assert keepers.ledger.size == 0


def test_two_holds_of_one_file(keepers: Keepers) -> None:
    _register(keepers)
    assert keepers.blobs is not None
    file = keepers.vault.files("s1", "identity")[0]
    for number, case in enumerate(("k1", "k2")):
        place_hold(
            keepers.ledger, who(f"h{number}"), case=case, scope="subject=s1", authority="a",
            review_at=NOW + DAY, now=NOW, blobs=keepers.blobs,
        )  # fmt: skip
    release_hold(keepers.ledger, who("r1"), case="k1", now=NOW + 1, blobs=keepers.blobs)
    assert keepers.blobs.kept(file) == (0, True)
    release_hold(keepers.ledger, who("r2"), case="k2", now=NOW + 2, blobs=keepers.blobs)
    assert keepers.blobs.kept(file) == (0, False)


def test_nothing_is_erased_before_its_floor(keepers: Keepers) -> None:
    _register(keepers, purpose="network_log")
    with pytest.raises(LawkeepError) as told:
        erase(keepers, "s1", who(), basis="request", now=NOW + 30 * DAY)
    assert told.value.code == "erase_before_floor"
    assert "CN-CSL@2026-01-01 23(3)" in told.value.text()
    assert erase(keepers, "s1", who(), basis="request", now=NOW + 200 * DAY).keys
    _register(keepers, "s2", "phone_identity")
    with pytest.raises(LawkeepError) as told:
        erase(keepers, "s2", who("x2"), basis="request", now=NOW + 3000 * DAY)
    assert "relation has ended" in told.value.text()


def test_files_need_their_store(keepers: Keepers) -> None:
    _register(keepers)
    bare = Keepers(keepers.ledger, keepers.vault, keepers.packs)
    with pytest.raises(LawkeepError) as told:
        erase(bare, "s1", who(), basis="request", now=NOW)
    assert told.value.code == "erase_needs_files"
    assert keepers.vault.holdings("s1")


@pytest.fixture
def ids() -> Iterator[str]:
    return (f"d{n}" for n in count())


def test_what_is_due_is_destroyed_and_what_is_not_stays(
    keepers: Keepers, ids: Iterator[str]
) -> None:
    for subject, purpose in (
        ("s1", "network_log"), ("s2", "network_log"), ("s3", "impact_assessment"),
        ("s4", "phone_identity"), ("s5", "favour"), ("s6", "phone_identity"),
    ):  # fmt: skip
        _register(keepers, subject, purpose)
    place_hold(
        keepers.ledger, who("h1"), case="k", scope="subject=s2", authority="a",
        review_at=NOW + DAY, now=NOW,
    )  # fmt: skip
    keepers.vault.end("s4", "phone_identity", NOW)

    def run(at: str) -> dict[str, tuple[str, bool]]:
        now = parse_instant(f"{at}+08:00")
        found = destroy_due(keepers, "talk", now, lambda: next(ids))
        return {d.holding.subject: (d.what, d.late) for d in found}

    assert set(run("2026-09-01T23:59:59").values()) == {("kept", False), ("unruled", False)}
    assert run("2026-09-02T00:00:00") == {
        "s1": ("destroyed", False), "s2": ("held", False), "s3": ("kept", False),
        "s4": ("kept", False), "s5": ("unruled", False), "s6": ("kept", False),
    }  # fmt: skip
    assert run("2028-06-01T00:00:00") == {
        "s2": ("held", True), "s3": ("kept", False), "s4": ("destroyed", True),
        "s5": ("unruled", False), "s6": ("kept", False),
    }  # fmt: skip
    told = [e.event for e in keepers.ledger.read(types=("subject.erased",))]
    assert [e.keys["subject"] for e in told] == ["s1", "s4"]
    assert told[0].data["basis"].startswith("retention: network_log (CN-CSL@2017-06-01 21(3)")
    assert keepers.ledger.verify().sound


def test_an_interrupted_erasure_is_finished(
    keepers: Keepers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    needles = _register(keepers)
    with monkeypatch.context() as patch:
        patch.setattr(type(keepers.ledger), "append", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erase(keepers, "s1", who(), basis="request", now=NOW)
    assert keepers.ledger.get("x1") is None
    assert [done.id for done in settle(keepers, "talk", NOW + 5)] == ["x1"]
    entry = keepers.ledger.get("x1")
    assert entry is not None
    assert (entry.event.occurred_at, entry.event.recorded_at) == (NOW, NOW + 5)
    assert settle(keepers, "talk", NOW + 6) == []
    assert _found(tmp_path, needles) == []


def test_a_restored_vault_forgets_again(keepers: Keepers, tmp_path: Path) -> None:
    """A backup from before the erasure comes back: the ledger knows what must go."""
    needles = _register(keepers)
    _register(keepers, "s2")
    copy = back_up(keepers.vault, tmp_path / "backups", NOW)
    erase(keepers, "s1", who(), basis="request", now=NOW + 1)
    keys = keepers.vault._keys
    assert isinstance(keys, KeyFile)
    with Vault.open(copy, keys) as restored:
        assert restored.read("s1", "identity", "r1")
        again = Keepers(keepers.ledger, restored, keepers.packs, keepers.blobs)
        assert erase_again(again, NOW + 2) == 1
        assert restored.holdings("s1") == []
        assert restored.read("s2", "identity", "r1")["name"] == NAME
        assert erase_again(again, NOW + 3) == 0
        restored.seal("s1", "identity", "r9", {"name": "new"}, NOW + 4)
        assert erase_again(again, NOW + 5) == 0  # sealed after the erasure, under another key
    assert _found(tmp_path, needles) == []


def test_digests_in_events_are_of_ciphertexts(keepers: Keepers) -> None:
    _register(keepers)
    entry = keepers.ledger.get("i-s1-identity")
    assert entry is not None
    plain = {digest_of(v.encode()) for v in (NAME, NUMBER, ID_NUMBER)} | {digest_of(PICTURE)}
    assert not plain & set(entry.event.evidence)
