"""The refusal of a model that a sheet cannot hold."""

from __future__ import annotations

from hiprisk.errors import ConfigError


class NotPortableError(ConfigError):
    """A fitted model that cannot be written as a sheet.

    The reason names what the sheet does not have, the advice what to do.
    """

    default_code = "NOT_PORTABLE"
