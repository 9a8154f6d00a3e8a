"""What a skops archive holds, told from its bytes; hostile ones are in `hostile_bundles`."""

import io
import struct
import zipfile

from hiprisk.bundle.archive import check_archive
from hostile_bundles import GOOD_SCHEMA, skops, two_faced


def test_archives_of_our_own_kind_pass():
    check_archive(skops(GOOD_SCHEMA, ("140.npy", b"abc")), name="estimator.skops")


def test_the_archive_with_two_faces_has_two():
    """What zipfile, and so skops, would have built from it."""
    data = two_faced()
    with zipfile.ZipFile(io.BytesIO(data)) as seen:
        assert b"posix" in seen.read("schema.json")
    named = struct.unpack_from("<L", data, len(data) - 6)[0]
    assert b"posix" not in data[:named]
