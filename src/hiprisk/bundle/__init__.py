"""A bundle: everything about one fitted model in one folder, hashed."""

from hiprisk.bundle.files import read_bounded
from hiprisk.bundle.manifest import check_name, list_bundles
from hiprisk.bundle.reading import Bundle, find_bundle, read_bundle
from hiprisk.bundle.writing import BundleContents, write_bundle

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
