"""What the worker processes of ``hiprisk score`` have imported before there are any."""

from hiprisk.parallel import imports_of_server

with imports_of_server():
    import hiprisk.serving.files.score  # noqa: F401
