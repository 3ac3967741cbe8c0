"""A real PostgreSQL in a folder of its own, on a free port, run by a user who is not root."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg


class Server:
    """`start`, `stop`, `kill`; `dsn()` says how to connect. `bin`: folder of the programs."""

    def __init__(self, bin_folder: str) -> None:
        self.bin = Path(bin_folder)
        self.folder = Path(tempfile.mkdtemp(prefix="lawkeep-pg-"))
        self.as_user: list[str] = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.as_user = ["runuser", "-u", "postgres", "--"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.data = self.folder / "data"
        self._run("initdb", "--auth=trust", "--username=ledger", "--no-instructions",
                  "--encoding=UTF8", "--locale=C", "-D", str(self.data))  # fmt: skip

    def dsn(self, database: str = "postgres") -> str:
        return f"postgresql://ledger@127.0.0.1:{self.port}/{database}"

    def start(self, most_kib: int | None = None) -> None:
        """`most_kib`: no file may grow beyond it, as on a disk that is nearly full."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}"
        start = ["pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w"]
        self._run(*start, "-o", options, "start", most_kib=most_kib)

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def restart(self) -> None:
        """`immediate`: as after a crash of all its processes."""
        self.stop("immediate")
        self.start()

    def fresh(self, name: str) -> str:
        """The DSN of a new, empty database."""
        with psycopg.connect(self.dsn(), autocommit=True) as db:
            db.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type,unused-ignore]  # ours
        return self.dsn(name)

    def remove(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str, most_kib: int | None = None) -> None:
        began = time.monotonic()
        command = [*self.as_user, str(self.bin / program), *arguments]
        if most_kib is not None:
            command = ["bash", "-c", f'ulimit -f {most_kib} && exec "$@"', "bash", *command]
        # Output to a file: a server that keeps a pipe open would never let it end.
        with tempfile.TemporaryFile() as said:
            ran = subprocess.run(
                command,
                stdout=said, stderr=said, stdin=subprocess.DEVNULL, check=False, cwd="/",
            )  # fmt: skip
            said.seek(0)
            assert ran.returncode == 0, (
                f"{program} failed after {time.monotonic() - began:.1f} s:"
                f" {said.read().decode(errors='replace')}"
            )
