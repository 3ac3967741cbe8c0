"""A witness cosigns growth and nothing else; the keeper asks, and obeys."""

import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

import lawkeep
from lawkeep.ledger import Ledger
from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.keys import new_key
from lawkeep.ledger.merkle import EMPTY_ROOT
from lawkeep.ledger.note import COSIGNATURE, ED25519, Note, SignerKey
from lawkeep.ledger.recovery import entries_of, recover
from lawkeep.ledger.witness import Answer, Witness
from lawkeep.ledger.witnesses import Circle, Member, http_send
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event
from support.witnessing import Town

Fact = Callable[..., Event]
ORIGIN = "example.com/records"
KEY = SignerKey(ORIGIN, ED25519, bytes(range(32)))
WITNESS = SignerKey("w.example", COSIGNATURE, bytes([9] * 32))


def refused(call: Callable[[], object]) -> LawkeepError:
    with pytest.raises(LawkeepError) as raised:
        call()
    for language in ("en", "zh"):
        assert "{" not in raised.value.text(language) + raised.value.advice(language)
    return raised.value


@pytest.fixture
def signing(path: Path, fact: Fact) -> Iterator[Ledger]:
    with Ledger.create(path, ORIGIN, 0, signer=KEY) as ledger:
        ledger.append(fact(n) for n in range(300))
        yield ledger


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    made = Witness(tmp_path / "w.sqlite", WITNESS, [KEY.verifier])
    yield made
    made.close()


def request(ledger: Ledger, old: int, note: bytes | None = None, **changed: object) -> bytes:
    note = note or ledger.head.checkpoint or b""
    size = Checkpoint.parse(Note.parse(note).text).size
    path = ledger.consistency(old, size) if 0 < old < size else []
    lines = [f"old {old}", *(b64encode(step).decode() for step in path)]
    return "\n".join(lines).encode() + b"\n\n" + note


def cosigned(answer: Answer, note: bytes) -> int:
    """The time of the cosignature in a good answer."""
    assert answer.status == 200
    whole = Note.parse(note + answer.body)
    ((_, signature),) = whole.signed_by([WITNESS.verifier])
    assert signature.time is not None
    return signature.time


def test_growth_is_cosigned(witness: Witness, signing: Ledger, fact: Fact) -> None:
    first = signing.head.checkpoint or b""
    assert cosigned(witness.add_checkpoint(request(signing, 0), 100), first) == 100
    # The same again, later: it is still the largest it has seen.
    assert cosigned(witness.add_checkpoint(request(signing, 300), 160), first) == 160
    signing.append(fact(n) for n in range(300, 1000))
    second = signing.head.checkpoint or b""
    assert cosigned(witness.add_checkpoint(request(signing, 300), 200), second) == 200
    latest = witness.latest(ORIGIN)
    assert latest is not None
    assert {key.name for key, _ in Note.parse(latest).signed_by([KEY.verifier, WITNESS.verifier])}
    assert witness.evidence() == []


def test_a_stale_size_is_told_the_latest(witness: Witness, signing: Ledger, fact: Fact) -> None:
    witness.add_checkpoint(request(signing, 0), 100)
    early = signing.head.checkpoint
    signing.append([fact(300)])
    for body in (request(signing, 0), request(signing, 299)):
        answer = witness.add_checkpoint(body, 110)
        assert (answer.status, answer.body, answer.media) == (409, b"300\n", "text/x.tlog.size")
    witness.add_checkpoint(request(signing, 300), 120)
    # What was true once is not cosigned as the latest any more.
    answer = witness.add_checkpoint(request(signing, 300, early), 130)
    assert (answer.status, answer.body) == (409, b"301\n")


def test_a_fork_is_never_cosigned(
    witness: Witness, signing: Ledger, fact: Fact, tmp_path: Path
) -> None:
    witness.add_checkpoint(request(signing, 0), 100)
    with Ledger.create(tmp_path / "fork.sqlite", ORIGIN, 0, signer=KEY) as fork:
        fork.append(fact(n, data={"n": -1 if n == 7 else n}) for n in range(300))
        assert witness.add_checkpoint(request(fork, 300), 110).status == 409
        fork.append([fact(300)])
        assert witness.add_checkpoint(request(fork, 300), 120).status == 422
        assert [row[1] for row in witness.evidence()] == [110, 120]
        shown, seen = witness.evidence()[1][2:]
        assert Note.parse(shown).signed_by([KEY.verifier])
        assert Note.parse(seen).signed_by([KEY.verifier])
    signing.append([fact(300)])
    assert witness.add_checkpoint(request(signing, 300), 130).status == 200


def test_what_is_refused(witness: Witness, signing: Ledger) -> None:
    good = request(signing, 0)
    note = signing.head.checkpoint or b""
    stranger = SignerKey(ORIGIN, ED25519, bytes(32))
    other = SignerKey("example.com/other", ED25519, bytes(32))
    head = Checkpoint(ORIGIN, 300, signing.root)
    cases = {
        400: [
            b"",
            note,
            good.replace(b"old 0", b"old 00"),
            good.replace(b"old 0", b"old -1"),
            good.replace(b"old 0\n", b"old 0\nAAAA\n"),
            good.replace(b"old 0\n", b"old 0\n!\n"),
            good.replace(b"old 0\n", b"old 0\n" + (b64encode(bytes(32)) + b"\n") * 64),
            good.replace(b"old 0", b"old 301"),
            b"\xff" + good,
            good[:-1],
        ],
        403: [request(signing, 0, head.signed(stranger).bytes()), good.replace(b"\n300\n", b"\n301\n")],
        404: [request(signing, 0, Checkpoint("example.com/other", 300, bytes(32)).signed(other).bytes())],
        422: [good.replace(b"old 0\n", b"old 0\n" + b64encode(bytes(32)) + b"\n")],
    }  # fmt: skip
    for status, bodies in cases.items():
        for body in bodies:
            assert witness.add_checkpoint(body, 100).status == status, body
    assert witness.latest(ORIGIN) is None


def test_a_witness_never_goes_back_in_time(witness: Witness, signing: Ledger, fact: Fact) -> None:
    witness.add_checkpoint(request(signing, 0), 500)
    signing.append([fact(300)])
    answer = witness.add_checkpoint(request(signing, 300), 400)
    assert cosigned(answer, signing.head.checkpoint or b"") == 500


def test_its_state_survives_and_is_its_own(
    witness: Witness, signing: Ledger, tmp_path: Path
) -> None:
    witness.add_checkpoint(request(signing, 0), 100)
    again = Witness(witness.path, WITNESS, [KEY.verifier])
    assert again.add_checkpoint(request(signing, 0), 110).body == b"300\n"
    again.close()
    other = SignerKey("w.example", COSIGNATURE, bytes([8] * 32))
    assert refused(lambda: Witness(witness.path, other, [])).code == "witness_state_lost"
    assert refused(lambda: Witness(tmp_path / "x", KEY, [])).code == "witness_key_wrong"
    (tmp_path / "broken").write_bytes(b"no database" * 100)
    problem = refused(lambda: Witness(tmp_path / "broken", WITNESS, []))
    assert problem.code == "witness_state_lost"


def test_the_http_face(tmp_path: Path, signing: Ledger) -> None:
    town = Town(tmp_path / "town", [KEY.verifier])
    page = f"http://w0.example/checkpoint/{sha256(ORIGIN.encode()).hexdigest()}"

    def status(method: str, url: str, body: bytes = b"") -> int:
        return town.send(method, url, body, 1)[0]

    assert status("GET", page) == 404
    town.circle().cosign(signing)
    assert status("GET", page) == 200
    assert status("GET", "http://w0.example/checkpoint/x") == 404
    assert status("GET", "http://w0.example/") == 404
    assert status("GET", "http://w0.example/add-checkpoint") == 405
    assert status("POST", "http://w0.example/key") == 405
    assert status("POST", "http://w0.example/add-checkpoint", b"x" * 70_000) == 413
    key = town.witnesses["w0.example"].key.verifier.text().encode() + b"\n"
    assert town.send("GET", "http://w0.example/key", b"", 1) == (200, key)
    town.close()
    assert status("POST", "http://w0.example/add-checkpoint", b"") in (400, 503)


def test_a_circle_needs_its_majority(tmp_path: Path, signing: Ledger, fact: Fact) -> None:
    town = Town(tmp_path / "town", [KEY.verifier], 3)
    circle = town.circle()
    done = circle.cosign(signing)
    assert (done.size, done.at) == (300, 1_700_000_001_000_000)
    assert done.names == ("w0.example", "w1.example", "w2.example")
    town.down = {"w1.example"}
    signing.append([fact(300)])
    asked = town.asked
    assert circle.cosign(signing).names == ("w0.example", "w2.example")
    assert town.asked == asked + 2  # one question each
    town.down = {"w0.example", "w1.example"}
    signing.append([fact(301)])
    problem = refused(lambda: circle.cosign(signing))
    assert problem.code == "ledger_witnesses_few"
    assert "w0.example is down" in problem.text()
    town.down = set()
    assert circle.cosign(signing).size == 302  # w1 is brought up from 300
    assert [size for size, _, _ in signing.kept_checkpoints()] == [300, 301, 302]
    refused(lambda: Circle([Member(WITNESS.verifier, "ftp://w.example")]))


@pytest.mark.parametrize(
    "answer", [(200, b""), (200, b"\xff"), (200, b"x\n"), (500, b""), (409, b"x")]
)
def test_odd_answers_count_as_silence(signing: Ledger, answer: tuple[int, bytes]) -> None:
    circle = Circle([Member(WITNESS.verifier, "http://w")], send=lambda *_: answer)
    assert refused(lambda: circle.cosign(signing)).code == "ledger_witnesses_few"
    stranger = SignerKey("w.example", COSIGNATURE, bytes([8] * 32))
    line = stranger.sign(Note.parse(signing.head.checkpoint or b"").text, 5).line().encode()
    circle = Circle([Member(WITNESS.verifier, "http://w")], send=lambda *_: (200, line))
    assert refused(lambda: circle.cosign(signing)).code == "ledger_witnesses_few"


def test_the_guard_is_asked_once_before_signing(
    tmp_path: Path, path: Path, signing: Ledger, fact: Fact
) -> None:
    town = Town(tmp_path / "town", [KEY.verifier])
    signing.close()
    with Ledger.open(path, signer=KEY, guard=town.circle().guard) as ledger:
        assert ledger.size == 300
        assert town.asked == 0
        town.down = {"w0.example"}
        assert refused(lambda: ledger.append([fact(300)])).code == "ledger_witnesses_few"
        town.down = set()
        ledger.append([fact(300)])
        asked = town.asked
        ledger.append([fact(301)])
        assert town.asked == asked


def test_an_unsigned_copy_of_a_signed_ledger_is_not_signed_anew(
    tmp_path: Path, path: Path, fact: Fact
) -> None:
    town = Town(tmp_path / "town", [KEY.verifier])
    with Ledger.create(path, ORIGIN, 0) as ledger:
        ledger.append([fact(0)])
    backup = path.read_bytes()
    with Ledger.open(path, signer=KEY, guard=town.circle().guard) as ledger:
        ledger.append([fact(1)])
        town.circle().cosign(ledger)
    path.write_bytes(backup)
    with Ledger.open(path, signer=KEY, guard=town.circle().guard) as ledger:
        assert refused(lambda: ledger.append([fact(2)])).code == "ledger_behind"
        assert ledger.head.checkpoint is None


def test_a_restore_is_reconciled(tmp_path: Path, path: Path, signing: Ledger, fact: Fact) -> None:
    town = Town(tmp_path / "town", [KEY.verifier], 3)
    signing.close()
    backup = path.read_bytes()
    replica = tmp_path / "replica.sqlite"
    with Ledger.open(path, signer=KEY, guard=town.circle().guard) as ledger:
        ledger.append(fact(n) for n in range(300, 500))
        town.circle().cosign(ledger)
    replica.write_bytes(path.read_bytes())
    path.write_bytes(backup)
    steps: list[tuple[str, int]] = []

    def run(ledger: Ledger, **more: object) -> object:
        return recover(
            ledger,
            town.circle(),
            operator="audio-platform",
            event_id="r1",
            now=5,
            tell=lambda step, size: steps.append((step, size)),
            **more,  # type: ignore[arg-type]  # sources
        )

    with Ledger.open(path, signer=KEY, guard=town.circle().guard) as ledger:
        assert refused(lambda: ledger.append([fact(900)])).code == "ledger_behind"
        problem = refused(lambda: run(ledger))
        assert (problem.code, problem.details["missing"]) == ("ledger_entries_lost", 200)
        assert ledger.size == 300
        steps.clear()
        with Ledger.open(replica) as other:
            done = run(ledger, sources=[lambda _start: [b"{}"], entries_of(other)])
        assert steps == [("seen", 500), ("restored", 200), ("agreed", 500), ("cosigned", 501)]
        assert (done.restored, done.from_size, len(done.witnesses)) == (200, 300, 3)  # type: ignore[attr-defined]  # Recovered
        entry = ledger.get("r1")
        assert entry is not None
        assert (entry.seq, entry.type) == (500, "ledger.recovered")
        assert entry.event.data == {
            "from_size": 300,
            "witnesses": ["w0.example", "w1.example", "w2.example"],
        }
        ledger.append([fact(900)])
        assert ledger.verify(KEY.verifier).sound
        # Once it stands, there is nothing to recover and nothing to write down.
        size = ledger.size
        assert run(ledger).event is None  # type: ignore[attr-defined]  # Recovered
        assert ledger.size == size
    with Ledger.open(path) as ledger:
        assert refused(lambda: run(ledger)).code == "ledger_key_needed"
    with Ledger.create(tmp_path / "u.sqlite", ORIGIN, 0) as ledger:
        assert refused(lambda: run(ledger)).code == "ledger_unsigned"


def test_a_restore_that_went_on_is_a_fork(
    tmp_path: Path, path: Path, signing: Ledger, fact: Fact
) -> None:
    town = Town(tmp_path / "town", [KEY.verifier])
    signing.close()
    backup = path.read_bytes()
    with Ledger.open(path, signer=KEY) as ledger:
        ledger.append(fact(n) for n in range(300, 400))
        town.circle().cosign(ledger)
    path.write_bytes(backup)
    with Ledger.open(path, signer=KEY) as ledger:
        ledger.append(fact(n) for n in range(1000, 1200))  # nobody guarded it
        assert refused(lambda: town.circle().cosign(ledger)).code == "ledger_forked"
        problem = refused(lambda: recover(ledger, town.circle(), operator="o", event_id="r", now=5))
        assert problem.code == "ledger_forked"


SERVER = """
import sys
from lawkeep.ledger.witness_serve import serve_files

state, key, log, port = sys.argv[1:]
serve_files(state, key, [log], "127.0.0.1", int(port))
"""


def test_a_served_witness(tmp_path: Path, signing: Ledger, fact: Fact) -> None:
    """Over a socket, killed in between: what it cosigned it still knows."""
    key = new_key(tmp_path / "w.key", "w.example", COSIGNATURE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-c", SERVER, str(tmp_path / "state"), str(tmp_path / "w.key"),
        KEY.verifier.text(), str(port),
    ]  # fmt: skip
    source = {"PYTHONPATH": str(Path(lawkeep.__file__).parents[1])}
    circle = Circle([Member(key.verifier, f"http://127.0.0.1:{port}/")])
    for size in (301, 302):
        server = subprocess.Popen(command, env={**os.environ, **source})
        try:
            for _ in range(200):
                try:
                    http_send("GET", f"http://127.0.0.1:{port}/key", None, 5)
                    break
                except OSError:
                    time.sleep(0.05)
            signing.append([fact(size - 1)])
            assert circle.cosign(signing).size == size
            assert circle.latest(signing, KEY.verifier)["w.example"].size == size
        finally:
            server.send_signal(signal.SIGKILL)
            server.wait()
    assert refused(lambda: circle.cosign(signing)).code == "ledger_witnesses_few"


def test_an_empty_ledger_can_be_cosigned(tmp_path: Path) -> None:
    town = Town(tmp_path / "town", [KEY.verifier])
    with Ledger.create(tmp_path / "e.sqlite", ORIGIN, 0, signer=KEY) as ledger:
        assert town.circle().cosign(ledger).size == 0
        assert town.circle().latest(ledger, KEY.verifier)["w0.example"].root == EMPTY_ROOT
