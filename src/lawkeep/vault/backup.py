"""Backups of a vault, kept a short time: what a backup still has is not erased yet.

The master keys are not in them. A backup from before a rotation cannot be opened at all.
"""

import re
from pathlib import Path

from lawkeep.model.time import MICROSECONDS, to_instant, utc
from lawkeep.vault.schema import translated
from lawkeep.vault.store import Vault

_NAME = re.compile(r"vault-(\d{8}T\d{6}Z)\.sqlite", re.ASCII)
_FORM = "%Y%m%dT%H%M%SZ"


def back_up(vault: Vault, folder: str | Path, now: int) -> Path:
    """Write a backup and remove those that are older than the vault allows. Error: `vault_storage`.

    A certificate of erasure is right only if this runs at least as often as backups expire.
    """
    folder = Path(folder)
    with translated(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"vault-{utc(now).strftime(_FORM)}.sqlite"
    vault.copy_to(path)
    for old in expired(folder, now - vault.backups_kept):
        with translated(old):
            old.unlink()
    return path


def expired(folder: Path, before: int) -> list[Path]:
    """Backups made before an instant, oldest first."""
    found = []
    for path in sorted(folder.iterdir()):
        match = _NAME.fullmatch(path.name)
        if match is not None and _made_at(match[1]) < before:
            found.append(path)
    return found


def _made_at(text: str) -> int:
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    midnight = to_instant(utc(0).replace(year=year, month=month, day=day))
    seconds = int(text[9:11]) * 3600 + int(text[11:13]) * 60 + int(text[13:15])
    return midnight + seconds * MICROSECONDS
