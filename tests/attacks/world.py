"""What is attacked, and who may notice.

The ledger has 600 events. One witness cosigned it at 300 and at 600; an outsider holds event 150
with its proof from then, the public keys, and nothing else of the ledger.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from lawkeep.ledger import proof as proofs
from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.note import SignerKey
from lawkeep.ledger.proof import Proof
from lawkeep.ledger.proved import proved_times, written_afterwards
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event, encode
from support.stores import KEY, ORIGIN, Store, event
from support.witnessing import Town

SIZE = 600
SECOND = 1_000_000
REFUSED, CHECK, KEYED, WITNESS, PROOF, TIME = (
    "refused", "check", "key", "witness", "proof", "time"
)  # fmt: skip
DETECTORS = {
    REFUSED: ("refused at once", "当场拒绝"),
    CHECK: ("`ledger verify` alone", "仅 `ledger verify`"),
    KEYED: ("`verify` with the public key", "带公钥的 `verify`"),
    WITNESS: ("one honest witness", "一个诚实的见证方"),
    PROOF: ("whoever checks a proof", "验证证明的人"),
    TIME: ("proved time", "可证时间"),
}


class World:
    """A ledger under attack. Its clock and that of the witness begin at the same second."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.town = Town(folder / "town", [KEY.verifier], 3)
        self.now = int(self.town.now) * SECOND
        self.events = [self.event(n) for n in range(SIZE)]
        ledger = store.create()
        ledger.append(self.events[:300])
        self.circle().cosign(ledger)
        self.proof = ledger.prove(150)
        self.wait(60)
        ledger.append(self.events[300:])
        self.circle().cosign(ledger)
        self.head = ledger.head

    def event(self, n: int, **fields: object) -> Event:
        return event(n, **({"recorded_at": self.now - 3 * SECOND} | fields))

    def wait(self, seconds: int) -> None:
        """Time passes, for the keeper and for the witnesses."""
        self.town.now += seconds
        self.now += seconds * SECOND

    def circle(self, *names: str):  # type: ignore[no-untyped-def]  # Circle
        return self.town.circle(names=names or ["w0.example"])

    def guarded(self) -> BaseLedger:
        """The ledger as a careful keeper opens it."""
        return self.store.open(guard=self.circle().guard)

    def replace(self, events: Iterable[Event], key: SignerKey = KEY) -> None:
        """The insider: another ledger of the same name in its place, whole, valid, signed."""
        self.store.remove()
        self.store.create(signer=key).append(events)

    def rows(self, statement: str, *values: object) -> None:
        self.store.sql(statement, *values)

    def noticed(self) -> set[str]:
        """Who notices what is wrong with the store as it now is."""
        found = set()
        ledger = self.store.open(signer=None)
        if not ledger.verify().sound:
            found.add(CHECK)
        if not ledger.verify(KEY.verifier).sound:
            found.add(KEYED)
        if self.refused(lambda: self.circle().cosign(ledger)) in ("ledger_forked", "ledger_behind"):
            found.add(WITNESS)
        if self.refused(lambda: self.guarded().append([self.event(9999)])):
            found.add(REFUSED)
        return found

    def noticed_in_time(self) -> set[str]:
        """Whether the times that others proved contradict what the records claim."""
        ledger = self.store.open(signer=None)
        times = proved_times(ledger, self.circle().policy)
        return {TIME} if list(written_afterwards(ledger, times)) else set()

    def shown(self, raw: bytes, proof: Proof) -> set[str]:
        """Whether the outsider believes that these bytes are in the ledger."""
        policy = self.circle().policy
        read = Proof.parse(proof.bytes())
        code = self.refused(lambda: proofs.verify(raw, read, KEY.verifier, policy))
        return {PROOF} if code else set()

    @staticmethod
    def refused(call: Callable[[], object]) -> str:
        """The code of the error, empty if there is none."""
        try:
            call()
        except LawkeepError as problem:
            return problem.code
        return ""

    def close(self) -> None:
        self.store.close()
        self.town.close()


def raw(event: Event) -> bytes:
    return encode(event)


__all__ = ["DETECTORS", "KEY", "ORIGIN", "World", "raw"]
