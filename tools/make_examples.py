"""Write the records of `examples/guangdong-2017` and `examples/guangdong-2017-kept`.

    python tools/make_examples.py [FOLDER]      (default: examples/ of this checkout)

Writes only records. What a person wrote there (operator.yaml, mapping.yaml, authority.jsonl,
README) is left alone. The same files come out at every run.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from example_cases import access, audio, browser, telephony

CASES: dict[str, Callable[..., None]] = {
    "audio-platform": audio.write,
    "internet-telephony": telephony.write,
    "browser-cloud": browser.write,
    "access-provider": access.write,
}
SETS = {"guangdong-2017": False, "guangdong-2017-kept": True}


def main(root: Path) -> None:
    """Write all records below `root`."""
    for name, kept in SETS.items():
        for operator, write in CASES.items():
            folder = root / name / operator
            folder.mkdir(parents=True, exist_ok=True)
            write(folder, kept=kept)


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[1] / "examples"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else here)
