"""A bundle: everything about one fitted model in one folder, hashed.

Names of writing are resolved on first use: reading a bundle takes less time than importing them.
"""

from typing import TYPE_CHECKING

from hiprisk.bundle.files import read_bounded
from hiprisk.bundle.manifest import check_name, list_bundles
from hiprisk.bundle.reading import Bundle, find_bundle, read_bundle
from hiprisk.lazy_names import lazy_names

if TYPE_CHECKING:
    from hiprisk.bundle.writing import BundleContents, write_bundle

__getattr__, _ = lazy_names(
    __name__,
    {"BundleContents": "hiprisk.bundle.writing", "write_bundle": "hiprisk.bundle.writing"},
)

__all__ = [
    "Bundle",
    "BundleContents",
    "check_name",
    "find_bundle",
    "list_bundles",
    "read_bounded",
    "read_bundle",
    "write_bundle",
]
