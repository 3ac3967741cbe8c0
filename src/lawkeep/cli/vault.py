"""`lawkeep vault`: make a vault, see what it holds (never the data), rotate its keys, back it up."""

from collections import Counter
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from lawkeep.cli import output
from lawkeep.cli.evidence import LanguageOf
from lawkeep.cli.keeping import Hsm, MasterKeys, TokenLabel, key_service
from lawkeep.cli.language import language
from lawkeep.cli.options import Json
from lawkeep.model.errors import CLEAN, error
from lawkeep.model.time import DAY, format_instant
from lawkeep.vault import KeyFile, Vault, back_up

_Vault = Annotated[Path, Parameter(help="File of the vault.")]


def init(
    path: _Vault,
    /,
    *,
    keys: MasterKeys = None,
    hsm: Hsm = None,
    token: TokenLabel = "lawkeep",  # noqa: S107 -- a label, no secret
    backup_days: Annotated[int, Parameter(help="How long backups are kept.")] = 7,
    language_: LanguageOf = None,
) -> int:
    """Make a new vault; its master key file too, if that is not there."""
    if not 0 <= backup_days <= 3650:
        raise error("usage_value", option="--backup-days", value=str(backup_days), form="7")
    if keys is not None and not keys.exists():
        KeyFile.create(keys)
    with key_service(keys, hsm, token) as service:
        Vault.create(path, service, output.now(), backups_kept=backup_days * DAY).close()
    zh = language(language_) == "zh"
    output.say(f"已新建保管库 {path}" if zh else f"made the vault {path}")
    return CLEAN


def show(
    path: _Vault,
    /,
    *,
    keys: MasterKeys = None,
    hsm: Hsm = None,
    token: TokenLabel = "lawkeep",  # noqa: S107 -- a label, no secret
    json: Json = False,
    language_: LanguageOf = None,
) -> int:
    """How much it holds for which purpose, since when; never what."""
    with key_service(keys, hsm, token) as service, Vault.open(path, service) as vault:
        holdings = vault.holdings()
        waiting = len(vault.uncertified())
        kept = vault.backups_kept // DAY
    by_purpose = Counter(h.purpose for h in holdings)
    oldest = {p: min(h.created_at for h in holdings if h.purpose == p) for p in by_purpose}
    if json:
        output.put_json(
            {
                "purposes": {
                    p: {"subjects": n, "oldest": format_instant(oldest[p])}
                    for p, n in sorted(by_purpose.items())
                },
                "backup_days": kept,
                "erasures_without_event": waiting,
            }
        )
        return CLEAN
    console = output.screen()
    zh = language(language_) == "zh"
    for purpose, count in sorted(by_purpose.items()):
        since = format_instant(oldest[purpose])[:10]
        console.print(f"{purpose}: {count}, {'最早' if zh else 'oldest'} {since}")
    console.print(f"{'备份保留' if zh else 'backups kept'}: {kept} {'天' if zh else 'days'}")
    return CLEAN


def rotate(
    path: _Vault,
    /,
    *,
    keys: MasterKeys = None,
    hsm: Hsm = None,
    token: TokenLabel = "lawkeep",  # noqa: S107 -- a label, no secret
    language_: LanguageOf = None,
) -> int:
    """Wrap all keys anew and destroy the old master key: older copies can no longer be opened."""
    with key_service(keys, hsm, token) as service, Vault.open(path, service) as vault:
        count = vault.rotate()
    if language(language_) == "zh":
        output.say(f"已重新包裹 {count} 个密钥；此前的副本不能再打开，请立即备份")
    else:
        output.say(f"{count} keys wrapped anew; older copies cannot be opened: back it up now")
    return CLEAN


def backup(
    path: _Vault,
    folder: Annotated[Path, Parameter(help="Folder of the backups.")],
    /,
    *,
    keys: MasterKeys = None,
    hsm: Hsm = None,
    token: TokenLabel = "lawkeep",  # noqa: S107 -- a label, no secret
    language_: LanguageOf = None,
) -> int:
    """Write a backup and remove those that are too old. Run it at least daily."""
    with key_service(keys, hsm, token) as service, Vault.open(path, service) as vault:
        made = back_up(vault, folder, output.now())
    output.say(f"已备份到 {made}" if language(language_) == "zh" else f"backed up to {made}")
    return CLEAN
