"""Any order of sealing, erasing, rotating, backing up and reopening keeps what a dictionary keeps."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lawkeep.model.errors import LawkeepError
from lawkeep.model.time import DAY
from lawkeep.vault import KeyFile, Vault, back_up

from .conftest import NOW

SUBJECTS = st.sampled_from(["s1", "s2", "s3"])
PURPOSES = st.sampled_from(["identity", "billing"])
ROWS = st.sampled_from(["r1", "r2"])
FIELDS = st.dictionaries(
    st.sampled_from(["name", "number"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12),
    min_size=1,
)


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lawkeep-vault-"))
        self.keys = KeyFile.create(self.folder / "master")
        self.vault = Vault.create(self.folder / "vault.sqlite", self.keys, NOW)
        self.expected: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
        self.now = NOW
        self.gone: list[bytes] = []

    @rule(subject=SUBJECTS, purpose=PURPOSES, row=ROWS, fields=FIELDS)
    def seal(self, subject: str, purpose: str, row: str, fields: dict[str, str]) -> None:
        self.vault.seal(subject, purpose, row, fields, self.now, searched={"number"})
        rows = self.expected.setdefault((subject, purpose), {})
        rows[row] = rows.get(row, {}) | fields

    @rule(
        subject=SUBJECTS,
        purposes=st.none() | st.sets(PURPOSES, min_size=1),
        held=PURPOSES | st.none(),
    )
    def erase(self, subject: str, purposes: set[str] | None, held: str | None) -> None:
        self.now += 1
        has = {p for s, p in self.expected if s == subject and (purposes is None or p in purposes)}
        wrapped = self.wrapped(subject, has)

        def stands(_: str, purpose: str) -> str | None:
            return "case-1" if purpose == held else None

        code = ""
        try:
            done = self.vault.erase(
                subject, purposes, id=f"x{self.now}", now=self.now, basis="b", held=stands
            )
        except LawkeepError as problem:
            code = problem.code
        assert code == ("vault_nothing_held" if not has else "vault_held" if held in has else "")
        if code:
            return
        assert set(done.purposes) == has
        for purpose in has:
            del self.expected[subject, purpose]
        self.gone += wrapped

    @rule()
    def rotate(self) -> None:
        assert self.vault.rotate() == len(self.expected)
        assert self.keys.names() == [self.vault.epoch]

    @rule(days=st.integers(0, 9))
    def back_up(self, days: int) -> None:
        self.now += days * DAY + 1_000_000
        back_up(self.vault, self.folder / "backups", self.now)

    @rule()
    def reopen(self) -> None:
        self.vault.close()
        self.vault = Vault.open(self.folder / "vault.sqlite", self.keys)

    @precondition(lambda self: self.gone)
    @rule()
    def search(self) -> None:
        files = [f for f in self.folder.glob("vault.sqlite*") if f.is_file()]
        for needle in self.gone:
            assert not any(needle in f.read_bytes() for f in files)

    @invariant()
    def reads_what_it_should(self) -> None:
        held = {(h.subject, h.purpose) for h in self.vault.holdings()}
        assert held == set(self.expected)
        for (subject, purpose), rows in self.expected.items():
            for row, fields in rows.items():
                assert self.vault.read(subject, purpose, row) == fields
                number = fields.get("number")
                if number is not None:
                    assert (subject, row) in self.vault.find(purpose, "number", number)

    def wrapped(self, subject: str, purposes: set[str]) -> list[bytes]:
        rows = self.vault._rows("SELECT purpose, wrapped FROM keys WHERE subject = ?", (subject,))
        return [bytes(raw) for purpose, raw in rows if purpose in purposes]

    def teardown(self) -> None:
        self.vault.close()
        shutil.rmtree(self.folder)


# Every step ends on the disk, so there are fewer of them than elsewhere.
Machine.TestCase.settings = settings(
    max_examples=max(10, settings.default.max_examples // 10), stateful_step_count=20
)
TestMachine = pytest.mark.timeout(3600)(Machine.TestCase)
