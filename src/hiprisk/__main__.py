"""``python -m hiprisk``."""

import sys

from hiprisk.cli import main

if __name__ == "__main__":
    sys.exit(main())
