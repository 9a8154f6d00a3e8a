"""Known vulnerabilities of every package of a lock file, by pip-audit.

    python locks/audit.py [LOCK]          locks/train.txt where none is named

pip-audit itself ends with "no known vulnerabilities" where its source knows none of the packages,
for instance behind a mirror without advisories. Here each package must have been looked up.

Exit codes: 0 all were looked up and none is vulnerable, 1 some are, 5 not all could be looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

LOCK = Path(__file__).with_name("train.txt")
SOURCES = ("pypi", "osv")
SECONDS = 600
NONE, VULNERABLE, NOT_LOOKED_UP = 0, 1, 5

Ask = Callable[[Path, str], "list[dict[str, Any]] | str"]


def ask(lock: Path, source: str) -> list[dict[str, Any]] | str:
    """What a source says of each package; or why it says nothing."""
    command = [
        sys.executable, "-m", "pip_audit", "--require-hashes", "-r", str(lock), "--disable-pip",
        "-s", source, "-f", "json", "--progress-spinner", "off", "--timeout", "15",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        return list(json.loads(done.stdout)["dependencies"])
    except subprocess.TimeoutExpired:
        return f"no answer within {SECONDS} s"
    except (ValueError, KeyError):
        return (done.stderr.strip().splitlines() or ["no answer"])[-1][:200]


def audit(lock: Path, ask: Ask = ask) -> int:
    """Ask the sources in turn until one knows every package; say what was found."""
    for source in SOURCES:
        answer = ask(lock, source)
        if isinstance(answer, str):
            print(f"{source}: cannot be asked: {answer}")
            continue
        found = [one for one in answer if one.get("vulns")]
        for one in found:
            names = ", ".join(sorted(each["id"] for each in one["vulns"]))
            fixed = sorted({version for each in one["vulns"] for version in each["fix_versions"]})
            print(f"{source}: {one['name']} {one['version']}: {names}"
                  f" (fixed in: {', '.join(fixed) or 'no version'})")  # fmt: skip
        unknown = sum("skip_reason" in one for one in answer)
        print(f"{source}: {len(answer) - unknown} of {len(answer)} packages of {lock.name} "
              f"looked up, {len(found)} vulnerable")  # fmt: skip
        if found:
            return VULNERABLE
        if answer and not unknown:
            return NONE
    print("No source of advisories knows all packages: nothing follows about their "
          "vulnerabilities.")  # fmt: skip
    return NOT_LOOKED_UP


def main(arguments: Sequence[str]) -> int:
    """Audit a lock file."""
    return audit(Path(arguments[0]) if arguments else LOCK)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
