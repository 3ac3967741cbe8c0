"""A process that seals and erases without end, and says what it was told is done; to be killed.

python -m support.eraser FOLDER NUMBER
"""

import sys
from itertools import count
from pathlib import Path

from lawkeep.app.erasing import Keepers, erase
from lawkeep.app.holding import Actor
from lawkeep.ledger import Ledger
from lawkeep.ledger.blobs import Folder
from lawkeep.vault import KeyFile, Vault

NOW = 1_503_194_400_000_000


def name_of(number: int, n: int) -> str:
    """What is sealed for a subject: found in no file afterwards."""
    return f"plain-{number}-{n}-" * 5


def main(folder: Path, number: int) -> None:
    keys = KeyFile.open(folder / "master")
    with (
        Ledger.open(folder / "l.sqlite") as ledger,
        Vault.open(folder / "v.sqlite", keys) as vault,
    ):
        keepers = Keepers(ledger, vault, (), Folder(folder / "blobs"))
        for n in count():
            subject = f"s{number}-{n}"
            vault.seal(subject, "identity", "r", {"name": name_of(number, n)}, NOW)
            assert keepers.blobs is not None
            keepers.blobs.put(
                vault.seal_file(subject, "identity", "f", name_of(number, n).encode(), NOW)
            )
            if n % 3 == 2:
                print("keep", subject, flush=True)
                continue
            erase(keepers, subject, Actor(f"x-{subject}", "o"), basis="b", now=NOW + 1)
            print("gone", subject, flush=True)
            if n % 7 == 6:
                vault.rotate()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
