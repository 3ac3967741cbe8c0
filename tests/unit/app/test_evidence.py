"""What an export discloses for a case, a key or a time, and what another ledger takes from it."""

import json
from pathlib import Path

import pytest

from lawkeep.app.choice import Choice, chosen
from lawkeep.app.erasing import Keepers
from lawkeep.app.evidence import export, import_bag
from lawkeep.ledger import Ledger
from lawkeep.ledger.blobs import Folder
from lawkeep.ledger.export import verify_bag
from lawkeep.model.errors import LawkeepError
from lawkeep.model.time import DAY

from .conftest import NOW, event

JUDGED = {
    "finding": "f" * 32,
    "duty": "content.stop",
    "state": "breached",
    "reason": "act_before_trigger",
    "evidence_ids": ["known", "online"],
}


@pytest.fixture
def told(keepers: Keepers) -> Keepers:
    """A case about content c1, other things, and a finding."""
    pack = next(p for p in keepers.packs if p.id == "cn")
    assert keepers.blobs is not None
    file = keepers.blobs.put(b"screenshot")
    law = {"packs": {"cn": {"version": pack.head.version, "sha256": pack.sha256}}}
    keepers.ledger.append(
        [
            event("profile", "operator.profiled", data={"roles": ["publishing"]}),
            event("law", "law.loaded", data=law),
            event("known", "content.known_unlawful", keys={"content": "c1"}, evidence=(file,)),
            event("other", "content.known_unlawful", keys={"content": "c2", "service": "v1"}),
            event("online", "content.observed_online", NOW + 1, keys={"content": "c1"}),
            event("order", "order.issued", NOW + 2, keys={"order": "o1", "content": "c1", "service": "v1"}),
            event("opened", "case.opened", NOW + 3, keys={"case": "k1"}),
            event("announced", "penalty.announced", NOW + 4, keys={"case": "k1", "penalty": "p1"}),
            event("paid", "fine.paid", NOW + 5, keys={"penalty": "p1"}),
            event("judged", "finding.judged", NOW + DAY, keys={"content": "c1"},
                  data=JUDGED | {"law": {"cn": pack.sha256}}),
        ]
    )  # fmt: skip
    return keepers


def _ids(keepers: Keepers, choice: Choice) -> list[str]:
    places = set(chosen(keepers.ledger, choice))
    return [e.id for e in keepers.ledger.read() if e.seq in places]


def test_what_each_choice_discloses(told: Keepers) -> None:
    context = ["profile", "law"]
    about = [*context, "known", "online", "order", "judged"]
    for choice, ids in (
        (Choice(keys={"content": "c1"}), about),
        (Choice(keys={"order": "o1"}), about),  # the order names c1; that it names v1 says nothing
        (Choice(keys={"case": "k1"}), [*context, "opened", "announced", "paid"]),
        (Choice(types=frozenset({"order.issued"})), ["order"]),
        (Choice(since=NOW + 4), [*context, "known", "online", "announced", "paid", "judged"]),
        (Choice(keys={"content": "c2"}), [*context, "other"]),
        (Choice(seqs=frozenset({3})), ["other"]),
        (Choice(keys={"content": "none"}), []),
    ):
        assert _ids(told, choice) == ids
    assert chosen(told.ledger, Choice()) == list(range(10))


def test_an_export_says_the_rule_in_words(told: Keepers, tmp_path: Path) -> None:
    done = export(
        told.ledger, tmp_path / "bag", Choice(keys={"content": "c1"}), told.packs,
        now=NOW, blobs=told.blobs,
    )  # fmt: skip
    assert (done.events, done.files, done.files_absent) == (6, 1, 0)
    assert verify_bag(tmp_path / "bag", str(tmp_path / "signer.pub")).code == 0
    (finding,) = json.loads((tmp_path / "bag/data/findings.json").read_bytes())
    assert finding["event"] == "judged"
    words = finding["words"]
    assert words["same_law"] is True
    assert words["duty"]["zh"]
    assert "47" in words["citations"][0]["en"]
    assert {n["zh"] for n in (words["state"], words["duty"], words["demand"], words["deadline"])}
    for name, word in (("findings.md", "Breached"), ("findings.zh-CN.md", "未履行")):
        page = (tmp_path / "bag/data" / name).read_text(encoding="utf-8")
        assert word in page
        assert "`known`" in page
    law = json.loads((tmp_path / "bag/data/law.json").read_bytes())
    assert law["loaded"][0]["packs"]["cn"]["sha256"] == law["words_from"]["cn"]["sha256"]


def test_words_of_another_version_say_so(told: Keepers, tmp_path: Path) -> None:
    told.ledger.append(
        [event("later", "finding.judged", NOW, data=JUDGED | {"law": {"cn": "0" * 64}}),
         event("gone", "finding.judged", NOW, data=JUDGED | {"duty": "no.such"})]
    )  # fmt: skip
    export(told.ledger, tmp_path / "bag", Choice(), told.packs, now=NOW)
    page = (tmp_path / "bag/data/findings.md").read_text(encoding="utf-8")
    assert page.count("another version of the pack") == 1
    assert "no loaded pack has words for it" in page
    assert verify_bag(tmp_path / "bag").problems == []


def test_another_ledger_takes_a_bag_in(told: Keepers, tmp_path: Path) -> None:
    export(told.ledger, tmp_path / "bag", Choice(), told.packs, now=NOW, blobs=told.blobs)
    key = str(tmp_path / "signer.pub")
    store = Folder(tmp_path / "other-blobs")
    with Ledger.create(tmp_path / "other.sqlite", "example.org/copy", NOW) as other:
        done = import_bag(other, tmp_path / "bag", key=key, blobs=store)
        assert (done.events, done.same, done.files) == (10, 0, 1)
        assert [e.raw for e in other.read()] == [e.raw for e in told.ledger.read()]
        assert import_bag(other, tmp_path / "bag", key=key).same == 10
        events = tmp_path / "bag/data/events.jsonl"
        events.write_bytes(events.read_bytes().replace(b'"c2"', b'"c9"'))
        with pytest.raises(LawkeepError) as problem:
            import_bag(other, tmp_path / "bag", key=key)
        assert problem.value.code == "bag_unsound"
        assert other.size == 10
