"""Files by digest: one contract for a folder and for an S3 store with Object Lock (moto)."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from moto.server import ThreadedMotoServer

from lawkeep.ledger.blobs import Blobs, Folder, digest_of
from lawkeep.ledger.objects import Objects
from lawkeep.ledger.s3sign import Credentials, authorization
from lawkeep.model.errors import LawkeepError
from lawkeep.model.time import DAY


def _now() -> int:
    return time.time_ns() // 1000


@pytest.fixture(scope="module")
def server() -> Iterator[Credentials]:
    moto = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    try:
        yield Credentials(f"http://{host}:{port}", "key", "secret")
    finally:
        moto.stop()


def _client(server: Credentials) -> Any:
    return boto3.client(
        "s3", endpoint_url=server.endpoint, region_name="us-east-1",
        aws_access_key_id="key", aws_secret_access_key="secret",
    )  # fmt: skip


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return Folder(tmp_path / "blobs")
    server = request.getfixturevalue("server")
    name = f"b{time.time_ns()}"
    _client(server).create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return Objects(name, server, clock=_now, prefix="evidence/")


def _code(call: Callable[[], object]) -> str:
    with pytest.raises(LawkeepError) as told:
        call()
    return told.value.code


def test_a_file_is_kept_once_under_its_digest(blobs: Blobs) -> None:
    digest = blobs.put(b"picture")
    assert digest == digest_of(b"picture")
    assert blobs.put(b"picture") == digest
    assert blobs.has(digest)
    assert blobs.get(digest) == b"picture"
    assert blobs.get(blobs.put(b"")) == b""
    big = os.urandom(3_000_000)
    assert blobs.get(blobs.put(big)) == big
    none = digest_of(b"none")
    assert not blobs.has(none)
    assert _code(lambda: blobs.get(none)) == "blob_missing"
    assert _code(lambda: blobs.hold(none, True)) == "blob_missing"
    blobs.delete(none, _now())
    for bad in ("sha256:ab", "md5:" + "0" * 64, "sha256:" + "A" * 64, "../../etc/passwd", ""):
        assert _code(lambda bad=bad: blobs.get(bad)) == "blob_digest_malformed"  # type: ignore[misc]  # bound at once


def test_what_is_held_or_retained_stays(blobs: Blobs) -> None:
    digest = blobs.put(b"evidence")
    blobs.hold(digest, True)
    assert _code(lambda: blobs.delete(digest, _now())) == "blob_kept"
    blobs.hold(digest, False)
    blobs.retain(digest, _now() + DAY)
    blobs.retain(digest, _now() + 60_000_000)  # shorter: the longer one stands
    assert _code(lambda: blobs.delete(digest, _now())) == "blob_kept"
    assert blobs.get(digest) == b"evidence"
    other = blobs.put(b"other")
    blobs.hold(other, True)
    blobs.hold(other, False)
    blobs.delete(other, _now())
    assert not blobs.has(other)


def test_nothing_is_left_of_a_deleted_file_in_a_store_with_versions(server: Credentials) -> None:
    client = _client(server)
    client.create_bucket(Bucket="versions", ObjectLockEnabledForBucket=True)
    store = Objects("versions", server, clock=_now)
    assert store.lock
    digest = store.put(b"forget me")
    client.delete_object(Bucket="versions", Key=f"sha256/{digest[7:9]}/{digest[7:]}")
    store.put(b"forget me")
    store.delete(digest, _now())
    left = client.list_object_versions(Bucket="versions")
    assert not left.get("Versions")
    assert not left.get("DeleteMarkers")


def test_the_store_itself_refuses_to_lose_what_is_retained(server: Credentials) -> None:
    """Not the keeper's good will: deleting the version is refused by the server."""
    client = _client(server)
    client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    store = Objects("locked", server, clock=_now)
    digest = store.put(b"evidence")
    store.retain(digest, _now() + DAY)
    assert store.kept(digest)[0] > _now()
    # As if a day had passed for the keeper, though not for the store.
    assert _code(lambda: store.delete(digest, _now() + 2 * DAY)) == "blob_kept"
    assert store.get(digest) == b"evidence"


def test_a_bucket_without_lock_says_that_it_keeps_nothing(server: Credentials) -> None:
    _client(server).create_bucket(Bucket="plain")
    store = Objects("plain", server, clock=_now)
    assert not store.lock
    digest = store.put(b"x")
    assert _code(lambda: store.retain(digest, _now() + DAY)) == "blob_storage"
    store.delete(digest, _now())
    assert not store.has(digest)


def test_an_altered_object_is_seen(server: Credentials) -> None:
    client = _client(server)
    client.create_bucket(Bucket="altered")
    store = Objects("altered", server, clock=_now)
    digest = store.put(b"true")
    client.put_object(Bucket="altered", Key=f"sha256/{digest[7:9]}/{digest[7:]}", Body=b"false")
    assert _code(lambda: store.get(digest)) == "blob_damaged"


def test_a_store_that_is_away_is_told(server: Credentials) -> None:
    away = Credentials("http://127.0.0.1:9", "key", "secret")
    assert _code(lambda: Objects("b", away, clock=_now, retries=0)) == "blob_storage"


@pytest.mark.parametrize("query", [{}, {"retention": ""}, {"versions": "", "prefix": "a b/c+d"}])
def test_the_signature_is_that_of_botocore(query: dict[str, str]) -> None:
    """moto does not check signatures, so they are compared with those of the maker's library."""
    credentials = Credentials("https://s3.example.org:9000", "AKID", "SECRET", "cn-north-1")
    now = 1_503_194_400_000_000
    mine = authorization(
        credentials, "PUT", "/bucket/a b", query, b"<x/>", {"content-md5": "abc="}, now
    )
    request = botocore.awsrequest.AWSRequest(
        "PUT",
        "https://s3.example.org:9000/bucket/a%20b",
        {"content-md5": "abc=", "x-amz-content-sha256": mine["x-amz-content-sha256"]},
        b"<x/>",
        query,
    )
    request.context["timestamp"] = mine["x-amz-date"]
    signer = botocore.auth.S3SigV4Auth(
        botocore.credentials.Credentials("AKID", "SECRET"), "s3", "cn-north-1"
    )
    request.headers["x-amz-date"] = mine["x-amz-date"]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    expected = signer.signature(text, request)
    assert mine["authorization"].endswith(f"Signature={expected}")


def test_files_of_a_folder_are_whole_and_read_only(tmp_path: Path) -> None:
    store = Folder(tmp_path / "blobs")
    digest = store.put(b"x" * 1000)
    path = next(p for p in (tmp_path / "blobs").rglob("*") if p.is_file())
    assert path.stat().st_mode & 0o777 == 0o440
    assert path.relative_to(tmp_path / "blobs").parts[:2] == ("sha256", digest[7:9])
    path.chmod(0o640)
    path.write_bytes(b"y" * 1000)
    assert _code(lambda: store.get(digest)) == "blob_damaged"
    (tmp_path / "file").write_text("")
    assert _code(lambda: Folder(tmp_path / "file")) == "blob_storage"


def test_an_unreadable_note_counts_as_a_hold(tmp_path: Path) -> None:
    store = Folder(tmp_path / "blobs")
    digest = store.put(b"x")
    store._note(digest).write_bytes(b"?")
    assert _code(lambda: store.delete(digest, _now())) == "blob_storage"
    assert store.has(digest)


def test_many_writers_of_one_file(tmp_path: Path) -> None:
    store = Folder(tmp_path / "blobs")
    threads = [threading.Thread(target=store.put, args=(b"same" * 1000,)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [p.name for p in (tmp_path / "blobs").rglob("*") if p.is_file()] == [
        digest_of(b"same" * 1000)[7:]
    ]
