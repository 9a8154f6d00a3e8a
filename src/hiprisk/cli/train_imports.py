"""What the worker processes of ``hiprisk train`` have imported before there are any."""

from hiprisk.parallel import imports_of_server

with imports_of_server():
    import hiprisk.study  # noqa: F401
