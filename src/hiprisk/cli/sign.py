"""``hiprisk sign``: sign a bundle, or make the key pair for it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from hiprisk.cli.options import Parser, add_expected, expected
from hiprisk.cli.show.output import print_json, print_lines
from hiprisk.errors import ConfigError

EXAMPLE = """  hiprisk sign --new-key ~/hiprisk.key
  hiprisk sign models/stupar/1 --key ~/hiprisk.key
  hiprisk score stupar cohort.csv --out scored.csv --trusted-key hiprisk.key.pub"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    if options.new_key is not None:
        return _new_key(options)
    return _sign(options)


def _new_key(options: argparse.Namespace) -> int:
    from hiprisk.bundle.keys import PUBLIC_SUFFIX, write_key_pair

    path: Path = options.new_key
    key = write_key_pair(path, passphrase=_passphrase())
    public = path.with_name(path.name + PUBLIC_SUFFIX)
    if options.json:
        print_json({"private_key": str(path), "public_key": str(public),
                    "key_sha256": key.fingerprint})  # fmt: skip
    else:
        print_lines(
            f"private key: {path}  (keep it; whoever has it signs in your name)",
            f"public key:  {public}  (for whoever uses your models; not to be sent with them)",
            f"fingerprint: {key.fingerprint}",
        )
    return 0


def _sign(options: argparse.Namespace) -> int:
    from hiprisk.bundle import read_bundle
    from hiprisk.bundle.keys import read_private_key
    from hiprisk.bundle.signatures import sign

    key = read_private_key(options.key, passphrase=_passphrase())
    bundle = read_bundle(options.bundle, **expected(options))
    # Who signs answers for all of it, so all parts are compared.
    bundle.check()
    path = sign(bundle.path, bundle.manifest, key)
    if options.json:
        print_json({"bundle": str(bundle.path), "name": bundle.name, "version": bundle.version,
                    "bundle_sha256": bundle.sha256, "signature": str(path),
                    "key_sha256": key.public.fingerprint})  # fmt: skip
    else:
        print_lines(
            f"signed:      {bundle.name}@{bundle.version}, sha256 {bundle.sha256}",
            f"by the key:  {key.public.fingerprint}",
            f"signature:   {path}",
        )
    return 0


def _passphrase() -> str | None:
    from hiprisk.bundle.keys import PASSPHRASE_VARIABLE

    return os.environ.get(PASSPHRASE_VARIABLE) or None


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "sign",
        description="Sign a bundle with a private key (Ed25519), or make a key pair. The signature "
        "is a file in the bundle's folder, of the manifest and so of every part; bundle_sha256 "
        "stays what it is. Who has the public key from its owner, and not with the bundle, checks "
        "by --trusted-key whose model it is. A pass phrase of the private key is taken from "
        "HIPRISK_KEY_PASSPHRASE.",
        example=EXAMPLE,
    )
    parser.add_argument("bundle", nargs="?", metavar="BUNDLE",
                        help="bundle, or name of a model in ./models")  # fmt: skip
    parser.add_argument("--key", type=Path, metavar="FILE",
                        help="private key (PEM) that nobody but you can read")  # fmt: skip
    parser.add_argument("--new-key", type=Path, metavar="FILE",
                        help="make a key pair: the private key in FILE, the public one in "
                        "FILE.pub")  # fmt: skip
    add_expected(parser)
    options = parser.parse_args(argv)
    _check(options)
    return options


def _check(options: argparse.Namespace) -> None:
    signs = options.bundle is not None and options.key is not None
    if options.new_key is None and not signs:
        raise ConfigError(
            "name a bundle and --key FILE, or make a key pair by --new-key FILE", code="USAGE"
        )
    if options.new_key is not None and (options.bundle is not None or options.key is not None):
        raise ConfigError("--new-key makes a key pair and signs nothing", code="USAGE",
                          advice="sign by hiprisk sign BUNDLE --key FILE")  # fmt: skip
