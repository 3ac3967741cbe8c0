"""The files of a log as others read them (C2SP tlog-tiles): paths of tiles, entry bundles. Pure.

A bundle holds up to 256 entries, each as its length (two bytes, big-endian) and its bytes. Written
to a folder or a web server, these files and `checkpoint` are all that a stranger's tools need.
"""

from collections.abc import Iterable, Iterator

from lawkeep.ledger.merkle import HASH_BYTES
from lawkeep.ledger.tiles import HEIGHT, WIDTH, TileLoader
from lawkeep.model.event import MAX_BYTES


def tile_path(level: int, n: int, width: int = WIDTH) -> str:
    """`tile/0/x001/x234/067` of a full tile, with `.p/W` of one that holds W hashes."""
    return f"tile/{level}/{_numbered(n, width)}"


def bundle_path(n: int, width: int = WIDTH) -> str:
    """`tile/entries/...` of the bundle beside level-0 tile n."""
    return f"tile/entries/{_numbered(n, width)}"


def bundle(entries: Iterable[bytes]) -> bytes:
    """The entries as one file. Raises ValueError for an entry above 65,535 bytes."""
    out = bytearray()
    for raw in entries:
        if len(raw) > MAX_BYTES:
            raise ValueError(f"an entry of {len(raw)} bytes does not go into a bundle")
        out += len(raw).to_bytes(2, "big") + raw
    return bytes(out)


def unbundled(content: bytes) -> Iterator[bytes]:
    """The entries of a bundle. Raises ValueError if it ends inside of one."""
    at = 0
    while at < len(content):
        end = at + 2 + int.from_bytes(content[at : at + 2], "big")
        if at + 2 > len(content) or end > len(content):
            raise ValueError("the bundle ends inside an entry")
        yield content[at + 2 : end]
        at = end


def tile_files(size: int, load: TileLoader) -> Iterator[tuple[str, bytes]]:
    """Path and content of each tile of a tree of `size` leaves, lowest level first."""
    level = 0
    while (width := size >> (HEIGHT * level)) > 0:
        for n in range((width + WIDTH - 1) // WIDTH):
            part = min(WIDTH, width - n * WIDTH)
            yield tile_path(level, n, part), load(level, n)[: part * HASH_BYTES]
        level += 1


def _numbered(n: int, width: int) -> str:
    if n < 0 or not 1 <= width <= WIDTH:
        raise ValueError(f"no tile has number {n} and width {width}")
    groups = [f"{n % 1000:03d}"]
    while n := n // 1000:
        groups.append(f"x{n % 1000:03d}")
    tail = "" if width == WIDTH else f".p/{width}"
    return "/".join(reversed(groups)) + tail
