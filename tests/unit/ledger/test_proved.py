"""What others saw and when: time stamps, cosignatures, and the time of an event that they prove."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.ledger import Ledger
from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.note import ED25519, Note, SignerKey
from lawkeep.ledger.proved import (
    ProvedTimes,
    events_as_proved,
    proved_at,
    proved_times,
    written_afterwards,
)
from lawkeep.ledger.timestamps import Authority, stamp_head
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event
from support.authority import LocalAuthority
from support.witnessing import Town

Fact = Callable[..., Event]
ORIGIN = "example.com/records"
KEY = SignerKey(ORIGIN, ED25519, bytes(range(32)))
SECOND = 1_000_000


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(LawkeepError) as raised:
        call()
    for language in ("en", "zh"):
        assert "{" not in raised.value.text(language) + raised.value.advice(language)
    return raised.value.code


@pytest.fixture
def signing(path: Path) -> Iterator[Ledger]:
    with Ledger.create(path, ORIGIN, 0, signer=KEY) as ledger:
        yield ledger


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 100)), max_size=12))
def test_the_earliest_time_over_an_entry_counts(times: list[tuple[int, int]]) -> None:
    found = ProvedTimes(times)
    for seq in range(22):
        over = [at for size, at in times if size > seq]
        assert found.at(seq) == min(over, default=None)
        without = [at for size, at in times if size <= seq]
        assert ProvedTimes([], times).absent_until(seq) == max(without, default=None)


def test_events_get_the_time_when_enough_had_seen_them(
    signing: Ledger, tmp_path: Path, fact: Fact
) -> None:
    town = Town(tmp_path / "town", [KEY.verifier], 3)
    circle = town.circle()
    start = int(town.now)
    signing.append(fact(n) for n in range(10))
    assert proved_at(signing, 0, circle.policy) is None
    circle.cosign(signing)
    town.now += 60
    signing.append(fact(n) for n in range(10, 15))
    circle.cosign(signing)
    town.now += 60
    circle.cosign(signing)  # the same again later proves nothing new
    signing.append([fact(15)])
    for seq, expected in ((0, start + 1), (9, start + 1), (10, start + 61), (14, start + 61)):
        assert proved_at(signing, seq, circle.policy) == expected * SECOND
    assert proved_at(signing, 15, circle.policy) is None
    assert refused(lambda: proved_at(signing, 16, circle.policy)) == "ledger_no_entry"

    events = list(events_as_proved(signing, proved_times(signing, circle.policy), 7))
    assert [e.recorded_at for e in events[9:11]] == [(start + 1) * SECOND, (start + 61) * SECOND]
    assert events[15].recorded_at == 7
    assert events[3].occurred_at == fact(3).occurred_at


def test_what_was_written_in_afterwards_shows(signing: Ledger, tmp_path: Path, fact: Fact) -> None:
    town = Town(tmp_path / "town", [KEY.verifier])
    circle = town.circle()
    start = int(town.now) * SECOND
    signing.append([fact(0, recorded_at=start - SECOND)])
    circle.cosign(signing)
    town.now += 3600
    circle.cosign(signing)  # an hour later still nothing else
    signing.append(
        [
            fact(1, recorded_at=start + 10 * SECOND),  # claims to be of the first minute
            fact(2, recorded_at=start + 3590 * SECOND),  # while the witness was asked
            fact(3, recorded_at=start + 3700 * SECOND),
        ]
    )
    circle.cosign(signing)
    found = list(written_afterwards(signing, proved_times(signing, circle.policy)))
    assert found == [(1, start + 10 * SECOND, start + 3600 * SECOND)]


def test_too_few_cosignatures_prove_nothing(signing: Ledger, tmp_path: Path, fact: Fact) -> None:
    town = Town(tmp_path / "town", [KEY.verifier], 3)
    signing.append([fact(0)])
    town.circle(names=["w0.example"]).cosign(signing)
    assert proved_at(signing, 0, town.circle().policy) is None
    assert proved_at(signing, 0, town.circle(names=["w0.example"]).policy) is not None


def test_a_checkpoint_that_does_not_fit_is_no_proof(
    signing: Ledger, fact: Fact, tmp_path: Path
) -> None:
    town = Town(tmp_path / "town", [KEY.verifier])
    signing.append([fact(0)])
    for size in (1, 5):
        note = Checkpoint(ORIGIN, size, bytes(32)).signed(KEY)
        note = note.joined(w.key.sign(note.text, 5) for w in town.witnesses.values())
        signing.keep_checkpoint(note)
        assert refused(lambda: proved_times(signing, town.circle().policy)) == "ledger_forked"
        signing._writer.execute("DELETE FROM checkpoints")  # type: ignore[union-attr]  # is open


def test_stamps_of_an_authority(signing: Ledger, tmp_path: Path, fact: Fact) -> None:
    local = LocalAuthority(tmp_path / "tsa")
    authority = Authority([local.root], url="http://tsa.example", send=local.send)
    before = time.time_ns() // 1000
    signing.append([fact(0)])
    stamped = stamp_head(signing, authority)
    signing.append([fact(1)])
    # Its clock is this machine's, cut to the second, and it allows an error of one second.
    assert before <= stamped <= time.time_ns() // 1000 + SECOND
    trusting = Authority.from_pem(tmp_path / "tsa" / "root.pem")
    assert proved_at(signing, 0, None, trusting.time_of) == stamped
    assert proved_at(signing, 1, None, trusting.time_of) is None
    assert proved_at(signing, 0, None) is None

    ((_, note, token),) = signing.kept_tokens()
    assert refused(lambda: trusting.time_of(note + b"x", token)) == "timestamp_wrong"
    assert refused(lambda: trusting.time_of(note, token[:-9])) == "timestamp_wrong"
    assert refused(lambda: trusting.time_of(note, b"")) == "timestamp_wrong"
    assert refused(lambda: trusting.time_of(note, token, nonce=1)) == "timestamp_wrong"
    stranger = LocalAuthority(tmp_path / "other", "Another root")
    assert refused(lambda: Authority([stranger.root]).time_of(note, token)) == "timestamp_wrong"


def test_an_authority_that_gives_none(signing: Ledger, tmp_path: Path, fact: Fact) -> None:
    local = LocalAuthority(tmp_path / "tsa")

    def down(*_: object) -> tuple[int, bytes]:
        raise TimeoutError("timed out")

    for send, code in (
        (down, "timestamp_refused"),
        (lambda *_: (500, b""), "timestamp_refused"),
        (lambda *_: (200, b"no stamp"), "timestamp_wrong"),
    ):
        authority = Authority([local.root], url="http://tsa.example", send=send)
        assert refused(lambda authority=authority: stamp_head(signing, authority)) == code  # type: ignore[misc]  # bound at once
    assert signing.kept_tokens() == []


def test_an_unsigned_ledger_proves_nothing(ledger: Ledger, fact: Fact, tmp_path: Path) -> None:
    ledger.append([fact(0)])
    assert refused(lambda: proved_times(ledger, None)) == "ledger_unsigned"
    authority = Authority([LocalAuthority(tmp_path / "tsa").root])
    assert refused(lambda: stamp_head(ledger, authority)) == "ledger_unsigned"
    assert Note.parse(Checkpoint("a", 0, ledger.root).signed(KEY).bytes())
