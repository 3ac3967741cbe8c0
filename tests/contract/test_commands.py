"""The commands of a ledger, on a file and on a database alike."""

import json
from pathlib import Path

import pytest

from lawkeep.cli.main import run
from lawkeep.ledger.locate import open_ledger
from support.stores import Store

EVENT = {
    "id": "e1",
    "type": "content.known_unlawful",
    "occurred_at": "2017-08-20T10:00:00+08:00",
    "operator": "talk",
    "keys": {"content": "c1"},
    "data": {"source": "complaint"},
}


def test_the_commands_know_both_stores(
    store: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place, key = store.where, tmp_path / "key"

    def lawkeep(*arguments: object) -> tuple[int, str]:
        capfd.readouterr()
        code = run([str(a) for a in arguments])
        return code, capfd.readouterr().out

    assert lawkeep("ledger", "init", place, "--origin", "example.org/talk", "--key", key)[0] == 0
    events = tmp_path / "e.jsonl"
    events.write_text(json.dumps(EVENT) + "\n")
    # Without its key a file is not written; in a database the events wait for a node with the key.
    code, _ = lawkeep("ledger", "append", place, events)
    assert code == (2 if store.kind == "sqlite" else 5)
    assert lawkeep("ledger", "append", place, events, "--signer", key)[0] == 0
    for command in ("verify", "stats", "show", "checkpoint"):
        code, out = lawkeep("ledger", command, place, "--json")
        assert (code, json.loads(out)["size"]) == (0, 1)
    code, out = lawkeep("ledger", "publish", place, tmp_path / "published", "--json")
    assert (code, json.loads(out)["size"]) == (0, 1)
    assert lawkeep("ledger", "prove", place, "--id", "e1", "--out", tmp_path / "proof")[0] == 0
    assert lawkeep("verify", tmp_path / "proof", "--key", tmp_path / "key.pub")[0] == 0
    code, out = lawkeep("audit", place, "--json")
    assert code in (1, 3)
    assert json.loads(out)["operator"] == "talk"
    with open_ledger(place) as ledger:
        assert ledger.size == 1
