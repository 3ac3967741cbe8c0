"""What can be wrong with a command itself, and how an error is shown: one clear message."""

import json
import sys
from typing import Any

from lawkeep.model.errors import ENVIRONMENT, LawkeepError, declare

declare(
    "usage_value",
    "`{option}` does not take “{value}”.",
    "{option} 不接受“{value}”。",
    "Write it like {form}.",
    "请写成 {form} 的形式。",
)
declare(
    "usage_choice",
    "{problem}.",
    "命令用法有误：{problem}。",
    "See `lawkeep {command} --help`.",
    "请查看 lawkeep {command} --help。",
)
declare(
    "output_failed",
    "“{name}” cannot be written: {problem}.",
    "无法写入“{name}”：{problem}。",
    "Check the folder, its permissions and the free space.",
    "请检查文件夹、权限和剩余空间。",
    ENVIRONMENT,
)
declare(
    "output_exists",
    "“{name}” is there already.",
    "“{name}”已存在。",
    "Name another place; nothing is overwritten.",
    "请指定其他位置；已有内容不会被覆盖。",
)
declare(
    "system_failed",
    "The system failed: {problem}.",
    "系统故障：{problem}。",
    "Mend it and run the command again; nothing was half written.",
    "请排除故障后重新运行；没有写入不完整的内容。",
    ENVIRONMENT,
)
declare(
    "internal_error",
    "Lawkeep met something it does not expect: {problem}.",
    "Lawkeep 遇到意外情况：{problem}。",
    "Please report it with the output of the same command under LAWKEEP_DEBUG=1.",
    "请附上在 LAWKEEP_DEBUG=1 下运行同一命令的输出并反馈。",
    ENVIRONMENT,
)


def problem_json(problem: LawkeepError) -> str:
    """The error as one line of JSON (members as in RFC 9457, with the place)."""
    place = problem.location
    shown: dict[str, Any] = {
        "code": problem.code,
        "title": problem.text(),
        "title_zh": problem.text("zh"),
        "advice": problem.advice(),
        "advice_zh": problem.advice("zh"),
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "exit_code": problem.kind.exit_code,
    }
    return json.dumps(shown, ensure_ascii=False)


def show(problem: LawkeepError, language: str, *, as_json: bool = False) -> int:
    """Say it on stderr; the exit code."""
    if as_json:
        text = problem_json(problem)
    else:
        place = f"{problem.location}: " if problem.location else ""
        head = "错误" if language == "zh" else "error"
        todo = "处理" if language == "zh" else "what to do"
        text = f"{head}: {place}{problem.text(language)}\n{todo}: {problem.advice(language)}  [{problem.code}]"
    print(_writable(text), file=sys.stderr)
    return problem.kind.exit_code


def _writable(text: str) -> str:
    """The text as the terminal's encoding can show it."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
