"""Writes the schemas into the package, and the keys of a study and of a sheet into the docs."""

from __future__ import annotations

import argparse
from pathlib import Path

from hiprisk.schemas.files import KINDS, schema_path
from hiprisk.schemas.generate import schema_text
from hiprisk.schemas.reference import config_page, sheet_page


def main() -> None:
    """``python -m hiprisk.schemas``, in the repository: write what the settings of today say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configs", type=Path, default=Path("configs"), help="for examples")
    parser.add_argument("--page", type=Path, default=Path("docs/reference/config.md"))
    parser.add_argument("--sheet-page", type=Path, default=Path("docs/reference/sheet.md"))
    options = parser.parse_args()
    for kind in KINDS:
        schema_path(kind).write_text(schema_text(kind), encoding="utf-8")
    options.page.write_text(config_page(options.configs), encoding="utf-8")
    options.sheet_page.write_text(sheet_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
