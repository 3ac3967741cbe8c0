"""An export is the same from each kind of store, and gives a restored one back what it lacks."""

from collections.abc import Callable
from pathlib import Path

from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.export import bag_events, bag_source, export_bag, verify_bag
from lawkeep.model.event import Event
from support.stores import KEY, Store


def test_an_export_of_each_kind(store: Store, fact: Callable[..., Event], tmp_path: Path) -> None:
    ledger = store.create()
    ledger.append([fact(n) for n in range(700)])
    for name, places in (("all", range(700)), ("some", [0, 5, 256, 257, 511, 699])):
        export_bag(ledger, tmp_path / name, places, now=0)
        report = verify_bag(tmp_path / name, KEY.verifier.text())
        assert (report.code, report.problems) == (0, [])
        assert report.figures["disclosed"] == len(places)
    assert list(bag_events(tmp_path / "all")) == [entry.raw for entry in ledger.read()]


def test_a_restored_copy_takes_from_a_bag_what_it_lacks(
    store: Store, fact: Callable[..., Event], tmp_path: Path
) -> None:
    ledger = store.create()
    ledger.append([fact(n) for n in range(100)])
    copy = store.backup()
    ledger = store.open()
    ledger.append([fact(n) for n in range(100, 300)])
    expected = Checkpoint(ledger.origin, ledger.size, ledger.root)
    export_bag(ledger, tmp_path / "bag", range(50, 300), now=0)
    export_bag(ledger, tmp_path / "holes", [100, 101, 103], now=0)
    store.restore(copy)
    ledger = store.open()
    assert ledger.size == 100
    assert len(list(bag_source(tmp_path / "holes")(100))) == 2
    assert list(bag_source(tmp_path / "holes")(50)) == []
    ledger.restore(bag_source(tmp_path / "bag")(ledger.size), expected)
    assert (ledger.size, ledger.root) == (expected.size, expected.root)
    assert ledger.verify(KEY.verifier).sound
