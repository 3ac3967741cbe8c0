"""The attacks. Each does its worst to a `World` and returns who noticed."""

from collections.abc import Callable
from dataclasses import dataclass

from attacks.world import CHECK, KEYED, PROOF, REFUSED, SECOND, SIZE, TIME, WITNESS, World, raw
from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.merkle import leaf_hash
from lawkeep.ledger.note import Note, SignerKey
from lawkeep.ledger.proof import Proof
from lawkeep.ledger.recovery import entries_of, recover
from lawkeep.model.event import Event
from support.stores import KEY, ORIGIN, Store

STOLEN = SignerKey(ORIGIN, 1, bytes(32))


@dataclass(frozen=True)
class Attack:
    """`by`: who can do it. `seen`: who must notice; the test fails if it is more or less."""

    en: str
    zh: str
    by: str
    seen: frozenset[str]
    run: Callable[[World], set[str]]


ATTACKS: list[Attack] = []
DATABASE, INSIDER, OUTSIDER, NOBODY = "database", "key", "outsider", "accident"


def attack(en: str, zh: str, by: str, *seen: str) -> Callable[[Callable[[World], set[str]]], None]:
    def add(run: Callable[[World], set[str]]) -> None:
        ATTACKS.append(Attack(en, zh, by, frozenset(seen), run))

    return add


@attack("an event edited", "改动一个事件", DATABASE, CHECK, KEYED, PROOF)
def _(world: World) -> set[str]:
    changed = raw(world.event(150, data={"n": 0}))
    world.rows("UPDATE entries SET bytes = ? WHERE seq = 150", changed)
    return world.noticed() | world.shown(changed, world.proof)


@attack("an event deleted", "删除一个事件", DATABASE, CHECK, KEYED)
def _(world: World) -> set[str]:
    world.rows("DELETE FROM entries WHERE seq = 150")
    return world.noticed()


@attack("two events swapped", "调换两个事件", DATABASE, CHECK, KEYED)
def _(world: World) -> set[str]:
    for seq, other in ((10, 20), (20, 10)):
        world.rows("UPDATE entries SET bytes = ? WHERE seq = ?", raw(world.events[other]), seq)
    return world.noticed()


@attack("the type of an event relabelled", "改动事件类型索引", DATABASE, CHECK, KEYED)
def _(world: World) -> set[str]:
    world.rows("UPDATE entries SET type = 'content.removed' WHERE seq = 150")
    return world.noticed()


@attack("an event added behind the head", "在末尾之后添加事件", DATABASE, CHECK, KEYED, REFUSED)
def _(world: World) -> set[str]:
    forged = world.event(5000)
    values = (SIZE, forged.id, forged.type, raw(forged))
    world.rows("INSERT INTO entries VALUES (?, ?, ?, ?)", *values)
    return world.noticed()


@attack("a tile edited to fit an edited event", "改动事件及其树块", DATABASE, CHECK, KEYED)
def _(world: World) -> set[str]:
    changed = raw(world.event(150, data={"n": 0}))
    tile = bytearray(world.store.open(signer=None).tile(0, 0))
    tile[150 * 32 : 151 * 32] = leaf_hash(changed)
    world.rows("UPDATE entries SET bytes = ? WHERE seq = 150", changed)
    world.rows("UPDATE tiles SET hashes = ? WHERE level = 0 AND n = 0", bytes(tile))
    return world.noticed()


@attack("the tail cut off", "截去末尾", DATABASE, CHECK, KEYED, REFUSED)
def _(world: World) -> set[str]:
    world.rows("DELETE FROM entries WHERE seq >= 590")
    return world.noticed()


@attack(
    "the tail cut off with tiles and checkpoint",
    "连同树块和检查点截去末尾",
    INSIDER,
    WITNESS,
    REFUSED,
)
def _(world: World) -> set[str]:
    world.replace(world.events[:590])
    return world.noticed()


@attack("everything written and signed anew", "全部重写并重新签名", INSIDER, WITNESS, REFUSED)
def _(world: World) -> set[str]:
    events = list(world.events)
    events[150] = world.event(150, data={"n": 0})
    world.replace(events)
    return world.noticed()


@attack(
    "an event slipped in and everything signed anew",
    "插入事件并重新签名",
    INSIDER,
    WITNESS,
    REFUSED,
)
def _(world: World) -> set[str]:
    world.replace([*world.events[:100], world.event(5000), *world.events[100:]])
    return world.noticed()


@attack("all written anew under another key", "换用另一密钥全部重写", DATABASE, KEYED, REFUSED)
def _(world: World) -> set[str]:
    """Without the key: the public key in the store is changed too, so that it fits itself."""
    world.replace([*world.events[:150], world.event(5000)], STOLEN)
    return world.noticed()


@attack(
    "the signature of another key on the true head",
    "对真实的根换用另一密钥签名",
    DATABASE,
    CHECK,
    KEYED,
    REFUSED,
)
def _(world: World) -> set[str]:
    forged = Checkpoint(ORIGIN, SIZE, world.head.root).signed(STOLEN).bytes()
    world.rows("UPDATE head SET checkpoint = ?", forged)
    return world.noticed()


@attack(
    "the checkpoint of an earlier state put back",
    "放回较早的检查点",
    DATABASE,
    CHECK,
    KEYED,
    WITNESS,
    REFUSED,
)
def _(world: World) -> set[str]:
    earlier = Checkpoint(ORIGIN, 300, world.store.open(signer=None).root_at(300)).signed(KEY)
    world.rows("UPDATE head SET checkpoint = ?", earlier.bytes())
    return world.noticed()


@attack(
    "a backup restored and used on, guarded",
    "恢复备份后继续使用（有防护）",
    NOBODY,
    WITNESS,
    REFUSED,
)
def _(world: World) -> set[str]:
    copy = world.store.backup()
    world.wait(60)
    later = world.store.open()
    later.append([world.event(n) for n in range(600, 700)])
    world.circle().cosign(later)
    world.store.restore(copy)
    return world.noticed()


@attack(
    "a backup restored and used on, unguarded",
    "恢复备份后继续使用（无防护）",
    NOBODY,
    WITNESS,
    REFUSED,
)
def _(world: World) -> set[str]:
    copy = world.store.backup()
    world.wait(60)
    later = world.store.open()
    later.append([world.event(n) for n in range(600, 650)])
    world.circle().cosign(later)
    world.store.restore(copy)
    world.store.open().append([world.event(n) for n in range(1000, 1200)])
    return world.noticed()


@attack("two histories shown to two witnesses", "向两个见证方展示两种历史", INSIDER, PROOF)
def _(world: World) -> set[str]:
    """w1 and w2 of three: each saw one history only, so neither reaches the policy of two."""
    copy = world.store.backup()
    policy = world.town.circle().policy
    notes = []
    for name, number in (("w1.example", 7001), ("w2.example", 7002)):
        world.store.restore(copy)
        ledger = world.store.open()
        ledger.append([world.event(number)])
        world.circle(name).cosign(ledger)
        proof = ledger.prove(SIZE)
        notes.append(
            world.refused(lambda proof=proof: policy.satisfied_at(Note.parse(proof.checkpoint)))
        )  # type: ignore[misc]  # bound at once
    assert notes[0] == notes[1]
    return {PROOF} if notes[0] == "checkpoint_too_few_witnesses" else set()


@attack("the same id with other content", "相同 id 不同内容", OUTSIDER, REFUSED)
def _(world: World) -> set[str]:
    ledger = world.guarded()
    other = world.event(150, data={"n": 0})
    code = world.refused(lambda: ledger.append([world.event(800), other]))
    assert ledger.size == SIZE
    assert ledger.verify(KEY.verifier).sound
    return {REFUSED} if code == "ledger_id_conflict" else set()


@attack("a record written in with an earlier date", "补写记录并倒填日期", INSIDER, TIME)
def _(world: World) -> set[str]:
    claimed = world.now - 50 * SECOND
    world.wait(3600)
    ledger = world.guarded()
    world.circle().cosign(ledger)
    ledger.append([world.event(800, recorded_at=claimed)])
    world.circle().cosign(ledger)
    return world.noticed_in_time()


@attack("the keeper's clock set back", "保管者时钟被回拨", INSIDER, TIME)
def _(world: World) -> set[str]:
    world.wait(3600)
    ledger = world.guarded()
    world.circle().cosign(ledger)
    world.now -= 3000 * SECOND  # the keeper's clock alone
    ledger.append([world.event(n) for n in range(800, 803)])
    world.circle().cosign(ledger)
    return world.noticed_in_time()


def _another_ledger(world: World) -> tuple[Event, Proof, SignerKey]:
    """Event 150 in a ledger of another name, cosigned by the same witness."""
    key = SignerKey("example.com/other", 1, bytes([5] * 32))
    witness = world.town.witnesses["w0.example"]
    witness.logs[key.name] = [key.verifier]
    store = Store("sqlite", str(world.folder / "other.sqlite"))
    cls = type(store.create())
    with cls.create(str(world.folder / "o.sqlite"), key.name, 0, signer=key) as other:  # type: ignore[attr-defined]  # of the store
        other.append(world.events)
        world.circle().cosign(other)
        return world.events[150], other.prove(150), key


@attack("the proof of another ledger shown", "出示另一账本的证明", OUTSIDER, PROOF)
def _(world: World) -> set[str]:
    event, proof, _key = _another_ledger(world)
    return world.shown(raw(event), proof)


@attack(
    "a proof with the checkpoint of another ledger", "证明配以另一账本的检查点", OUTSIDER, PROOF
)
def _(world: World) -> set[str]:
    _event, other, key = _another_ledger(world)
    forged = Proof(150, world.proof.path, other.checkpoint)
    # Nor with a line of the true ledger's signature below it.
    line = Note.parse(world.proof.checkpoint).signatures
    mixed = Note.parse(other.checkpoint).joined(s for s in line if s.name == ORIGIN).bytes()
    event = raw(world.events[150])
    both = [world.shown(event, forged), world.shown(event, Proof(150, other.path, mixed))]
    assert key.name in mixed.decode()
    return both[0] & both[1]


@attack("a proof moved to another event", "证明移用于另一事件", OUTSIDER, PROOF)
def _(world: World) -> set[str]:
    moved = Proof(151, world.proof.path, world.proof.checkpoint)
    changed = raw(world.event(150, data={"n": 0}))
    shown = [
        world.shown(raw(world.events[151]), moved),
        world.shown(raw(world.events[151]), world.proof),
        world.shown(changed, world.proof),
    ]
    assert not world.shown(raw(world.events[150]), world.proof), "the true proof must hold"
    return shown[0] & shown[1] & shown[2]


@attack("a checkpoint that no witness saw", "无见证方见过的检查点", INSIDER, PROOF)
def _(world: World) -> set[str]:
    """The insider shows an outsider a private history that is signed, but not cosigned."""
    copy = world.store.backup()
    private = world.store.at(copy).open()
    private.append([world.event(5000)])
    proof = private.prove(SIZE)
    private.close()
    return world.shown(raw(world.event(5000)), proof)


@attack("the time of a cosignature moved", "改动联署时间", OUTSIDER, PROOF)
def _(world: World) -> set[str]:
    note = Note.parse(world.proof.checkpoint)
    moved = []
    for line in note.signatures:
        blob = line.blob if line.time is None else (1).to_bytes(8, "big") + line.blob[8:]
        moved.append(type(line)(line.name, line.key_id, blob))
    forged = Proof(150, world.proof.path, Note(note.text, tuple(moved)).bytes())
    return world.shown(raw(world.events[150]), forged)


@attack("a cosigned checkpoint swapped among those kept", "替换所存的联署检查点", DATABASE, TIME)
def _(world: World) -> set[str]:
    """To make events look older: the early checkpoint's note under a later size."""
    kept = {size: note for size, note, _ in world.store.open(signer=None).kept_checkpoints()}
    forged = Checkpoint(ORIGIN, SIZE, bytes(32)).signed(KEY)
    witness = world.town.witnesses["w0.example"].key
    assert sorted(kept) == [300, SIZE]
    note = forged.joined([witness.sign(forged.text, 1)]).bytes()
    world.rows("UPDATE checkpoints SET note = ?, last = ? WHERE size = 600", note, note)
    code = world.refused(world.noticed_in_time)
    return {TIME} if code == "ledger_forked" else set()


def honest_restore(world: World) -> None:
    """No attack: a restore with the missing entries from a replica is reconciled."""
    copy = world.store.backup()
    later = world.store.open()
    later.append([world.event(n) for n in range(600, 700)])
    world.circle().cosign(later)
    replica = world.store.backup() if world.store.kind == "postgres" else None
    if replica is None:
        replica = f"{copy}.later"
        world.store.close()
        with open(world.store.where, "rb") as source, open(replica, "wb") as target:
            target.write(source.read())
    world.store.restore(copy)
    ledger = world.guarded()
    assert world.refused(lambda: ledger.append([world.event(900)])) == "ledger_behind"
    other = world.store.at(replica)
    done = recover(
        ledger,
        world.circle(),
        operator="audio-platform",
        event_id="recovery-1",
        now=world.now,
        sources=[entries_of(other.open(signer=None))],
    )
    other.close()
    assert (done.restored, done.from_size) == (100, 600)
    assert [e.type for e in ledger.read(700)] == ["ledger.recovered"]
    ledger.append([world.event(900)])
    world.circle().cosign(ledger)
    assert ledger.verify(KEY.verifier).sound
