"""Vaults in a folder of their own, and a search of all its files for bytes."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lawkeep.vault import KeyFile, Vault

NOW = 1_503_194_400_000_000


def nothing_held(_subject: str, _purpose: str) -> str | None:
    return None


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    (tmp_path / "keys").mkdir()
    return KeyFile.create(tmp_path / "keys" / "master")


@pytest.fixture
def vault(tmp_path: Path, keys: KeyFile) -> Iterator[Vault]:
    with Vault.create(tmp_path / "vault.sqlite", keys, NOW) as made:
        yield made


@pytest.fixture
def found_in(tmp_path: Path) -> Callable[[bytes], list[str]]:
    """Names of the files below the folder that hold these bytes."""

    def search(needle: bytes) -> list[str]:
        files = (path for path in tmp_path.rglob("*") if path.is_file())
        return sorted(path.name for path in files if needle in path.read_bytes())

    return search


@pytest.fixture
def softhsm(
    tmp_path: Path, component: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """Path of the module of SoftHSM, with a token “lawkeep” whose PIN is 1234."""
    module = component("softhsm")
    (tmp_path / "tokens").mkdir()
    settings = tmp_path / "softhsm.conf"
    settings.write_text(f"directories.tokendir = {tmp_path}/tokens\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    words = "--init-token --free --label lawkeep --pin 1234 --so-pin 5678"
    subprocess.run(["softhsm2-util", *words.split()], check=True, capture_output=True)
    return module
