"""Memory that is kept between blocks, as the system counts new pages."""

import os
import platform
import subprocess
import sys

import pytest

# A process of its own: one that has freed large arrays before keeps memory already.
NEW_PAGES = """
import resource
import numpy as np
from hiprisk.processes.memory import keep_freed_memory

def new_pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        block = [np.ones(150_000) for _ in range(6)]
        del block
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

given_back = new_pages()
keep_freed_memory()
new_pages()
print(given_back, new_pages())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="thresholds of glibc")
def test_arrays_of_a_block_have_the_memory_of_the_block_before():
    # Dask sets thresholds for processes of its own, and glibc then learns none.
    usual = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", NEW_PAGES], capture_output=True, text=True, check=True, env=usual
    )
    given_back, kept = map(int, done.stdout.split())
    assert kept < given_back / 20
