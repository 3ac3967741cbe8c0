"""The entry: the tree of commands. Each command is imported when it is asked for."""

import io
import os
import sys

from cyclopts import App, CycloptsError, Parameter

from lawkeep import __version__
from lawkeep.cli.errors import show
from lawkeep.cli.language import language
from lawkeep.model.errors import BAD_INPUT, ENVIRONMENT, LawkeepError, error

app = App(
    name="lawkeep",
    help="Judge what the records show against the duties of network operators.",
    version=__version__,
    help_format="plaintext",
    version_flags=["--version"],
    default_parameter=Parameter(show_default=False),
)


def _add(parent: App, name: str, where: str, text: str) -> None:
    parent.command(f"lawkeep.cli.{where}", name=name, help=text)


_add(app, "audit", "audit:audit", "Judge operators: findings, exposure, what cannot be said.")
_add(app, "explain", "explain:explain", "Say why a finding is so, or why a duty was not asked.")
_add(app, "init", "init:init", "Begin a folder for an operator, with what its duties need.")
_add(app, "verify", "evidence:verify", "Check an export or a proof, offline.")
_add(app, "demo", "demo:demo", "Judge the published cases that come with Lawkeep.")

law = App(name="law", help="The law packs: what they hold, whether they are sound.")
_add(law, "list", "law:list_packs", "The law packs and their duties.")
_add(law, "show", "law:show", "One duty: text, citations, deadline, sanctions, examples.")
_add(law, "check", "law:check", "Load a pack of your own and run its examples.")
_add(law, "diff", "law:diff", "What changed between two dates.")
app.command(law)

events = App(name="events", help="The event types that records are made of.")
_add(events, "list", "events:list_types", "Every event type with its keys.")
_add(events, "schema", "events:schema", "JSON Schema of all events, or of one type.")
app.command(events)

ingest = App(name="ingest", help="Records of other systems to events.")
_add(ingest, "sniff", "ingest:sniff_file", "Draft a mapping from a look at a file.")
_add(ingest, "run", "ingest:run", "Read a folder into a ledger or a file of events.")
app.command(ingest)

ledger = App(name="ledger", help="The append-only, provable ledger.")
_add(ledger, "init", "ledger:init", "Make a new, empty ledger.")
_add(ledger, "append", "ledger:append", "Append native events, all or none.")
_add(ledger, "show", "ledger:show", "What a ledger holds.")
_add(ledger, "stats", "ledger:stats", "Figures: how much, since when, cosigned up to where.")
_add(ledger, "verify", "ledger:verify", "Recompute everything and name the first fault.")
_add(ledger, "prove", "proofs:prove", "Write a proof that an event stands in the ledger.")
_add(ledger, "checkpoint", "proofs:checkpoint", "Sign the head, have it cosigned, print it.")
_add(ledger, "publish", "proofs:publish", "Write the ledger out as files that other tools read.")
_add(ledger, "recover", "recovering:recover", "After a restore: agree with the witnesses again.")
_add(ledger, "key", "evidence:key", "Make a key for a ledger and sign it.")
_add(ledger, "export", "evidence:export", "Write an export that anybody can check without us.")
_add(ledger, "import", "evidence:import_", "Check an export and take its events in.")
_add(ledger, "hold", "keeping:hold", "Place a legal hold, or list those that stand.")
_add(ledger, "release", "keeping:release", "Release the holds of a case.")
_add(ledger, "erase", "keeping:erase", "Erase sealed personal data, or all that is due.")
app.command(ledger)

witness = App(name="witness", help="Watch the ledger of somebody else, and cosign its growth.")
_add(witness, "init", "witness:init", "Make a witness: its key and its empty state.")
_add(witness, "serve", "witness:serve", "Answer ledgers until it is told to end.")
app.command(witness)

vault = App(name="vault", help="Sealed personal data, outside the ledger.")
_add(vault, "init", "vault:init", "Make a new vault.")
_add(vault, "show", "vault:show", "How much it holds, for which purpose; never what.")
_add(vault, "rotate", "vault:rotate", "Make older copies of the vault useless.")
_add(vault, "backup", "vault:backup", "Write a backup, remove those that are too old.")
app.command(vault)

_add(app, "judge", "live:judge", "Check live findings in batch; ask what another law would find.")
_add(app, "obligations", "live:obligations", "What must be done until when.")
_add(app, "watch", "live:watch", "Judge a ledger live, as time goes on.")


def run(arguments: list[str] | None = None) -> int:
    """Run a command; its exit code (docs/reference/commands.md). Never a traceback."""
    tokens = sys.argv[1:] if arguments is None else arguments
    if tokens == ["--version"]:  # asked for by scripts: the console of cyclopts is not needed
        print(__version__)
        return 0
    try:
        given = app(tokens, result_action="return_value", exit_on_error=False, print_error=False)
        sys.stdout.flush()
        return given if isinstance(given, int) else 0
    except LawkeepError as problem:
        return _told(problem, tokens)
    except CycloptsError as problem:
        return _usage(problem, tokens)
    except BrokenPipeError:
        # The reader went away (`| head`): whatever is left must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ENVIRONMENT
    except KeyboardInterrupt:
        return _told(error("system_failed", problem="interrupted"), tokens)
    except OSError as problem:
        name = f"{problem.filename}: " if problem.filename else ""
        return _told(error("system_failed", problem=f"{name}{problem.strerror or problem}"), tokens)
    except MemoryError:
        return _told(error("system_failed", problem="out of memory"), tokens)
    except Exception as problem:  # noqa: BLE001 - the last line of defence: no traceback for people
        if os.environ.get("LAWKEEP_DEBUG"):
            import traceback

            traceback.print_exc()
        return _told(
            error("internal_error", problem=f"{type(problem).__name__}: {problem}"), tokens
        )


def _told(problem: LawkeepError, tokens: list[str]) -> int:
    return show(problem, language(_option(tokens, "--language")), as_json="--json" in tokens)


def _usage(problem: CycloptsError, tokens: list[str]) -> int:
    words = " ".join(problem.command_chain or ())
    text = " ".join(str(problem).split()).rstrip(".")
    _told(error("usage_choice", problem=text, command=words).at(), tokens)
    return BAD_INPUT


def _option(tokens: list[str], name: str) -> str | None:
    for place, token in enumerate(tokens):
        if token == name and place + 1 < len(tokens):
            return tokens[place + 1]
        if token.startswith(f"{name}="):
            return token.partition("=")[2]
    return None


def main() -> None:
    """Console script. A terminal that cannot show a character gets its code, not a failure."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    raise SystemExit(run())
