"""Whatever stands in the files, the answer is a judgement or one clear refusal."""

import contextlib
import io
import json
import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from lawkeep.cli.main import run

from .conftest import KNOWN, OPERATOR, STOPPED

FILES = {
    "operator.yaml": OPERATOR.encode(),
    "events.jsonl": "".join(json.dumps(e) + "\n" for e in (KNOWN, STOPPED)).encode(),
    "records.csv": b"when,id,note\n2017-08-20 10:00:00,c1,x\n2017-08-21 10:00:00,c2,\n",
    "mapping.yaml": b"file: records.csv\nzone: Asia/Shanghai\nevents:\n  - type: content.stopped\n"
    b"    occurred_at: when\n    keys: {content: id}\n",
    "policy.yaml": b"policy:\n  content.stop: {met_within: PT1H, breached_after: P1D, source: x}\n",
}
BITS = [
    *(
        b"\x00",
        b"\xff",
        b"\n",
        b'"',
        b"'",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b"- ",
        b"&a ",
        b"*a",
    ),
    *(b"null", b"true", b"1e999", b"-1", b"9" * 30, b"\\ud800", b"\xe2\x80\xa8", b"2017-02-30"),
    *(b"9999-12-31", b"0001-01-01T00:00:00Z", b"P1Y", b"!!python/object:os.system", b"\t", b"=1+1"),
]
EDITS = st.lists(
    st.tuples(
        st.sampled_from(sorted(FILES)),
        st.integers(0, 400),
        st.integers(0, 12),
        st.one_of(st.sampled_from(BITS), st.binary(max_size=6)),
    ),
    min_size=1,
    max_size=4,
)


@given(EDITS)
@example([("events.jsonl", 0, 0, b"[" * 3000)])
@example([("operator.yaml", 0, 400, b"")])
@example([("operator.yaml", 0, 400, b"operator: a\nroles: [publishing]\nsince: 9999-12-31\n")])
def test_never_a_traceback(edits):
    contents = dict(FILES)
    for name, at, cut, put in edits:
        old = contents[name]
        contents[name] = old[:at] + put + old[at + cut :]
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        for name, raw in contents.items():
            (place / name).write_bytes(raw)
        policy = place / "policy.yaml"
        told = io.StringIO()
        said = io.StringIO()
        with contextlib.redirect_stderr(told), contextlib.redirect_stdout(said):
            options = ("--on", "2017-09-17", "--only", "CO-1", "--moved-to", "2018-01-01")
            code = run(["audit", made, *options, "--policy", str(policy), "--language", "en"])
    assert code in (0, 1, 2, 3), told.getvalue()
    if code == 2:
        assert told.getvalue().startswith("error: ")
        assert "what to do: " in told.getvalue()
    else:
        assert "as of" in said.getvalue()
