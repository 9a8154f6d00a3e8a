"""``hiprisk serve``: a model as a service."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.cli.options import Parser, add_expected, expected, whole_number
from hiprisk.cli.show.output import note, print_json, print_lines
from hiprisk.errors import ConfigError

if TYPE_CHECKING:
    from hiprisk.serving.http.app import Settings
    from hiprisk.serving.model import Model

EXAMPLE = """  hiprisk serve stupar
  hiprisk serve stupar --port 9000 --fhir-codes configs/fhir/site_example.yaml
  HIPRISK_TOKEN=... hiprisk serve stupar --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem

  curl -s http://127.0.0.1:8000/predict -H 'Content-Type: application/json' \\
       -d '{"age_years": 63, "sex": "female", "womac_function_0_100": 45}'"""


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    options = _parse(argv)
    from hiprisk.serving.http.limits import TOKEN_VARIABLE, checked_token
    from hiprisk.serving.model import load

    token = checked_token(options.host, os.environ.get(TOKEN_VARIABLE))
    tls = _tls(options)
    model = load(options.bundle, **expected(options))
    model.bundle.check()
    from hiprisk.serving.http.app import create_app
    from hiprisk.serving.http.app import run as run_service

    with_tls = tls is not None
    app = create_app(model, _settings(options, model, token=token, with_tls=with_tls))
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="hiprisk: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    _warn(options, model, with_tls=tls is not None)
    say = partial(
        _say_where, options, model, with_tls=tls is not None, with_token=token is not None
    )
    run_service(app, host=options.host, port=options.port, tls=tls, ready=say)
    note("hiprisk: stopped")
    return 0


def _settings(
    options: argparse.Namespace, model: Model, *, token: str | None, with_tls: bool
) -> Settings:
    from hiprisk.serving.fhir.code_map import load_code_map
    from hiprisk.serving.http.app import Settings
    from hiprisk.serving.http.limits import Limits, allowed_hosts
    from hiprisk.serving.http.middleware import Rules

    rules = Rules(
        limits=Limits(
            max_rows=options.max_rows,
            requests_per_second=options.rate,
            burst=options.burst,
            max_connections_per_address=options.connections_per_address,
        ),
        token=token,
        hosts=allowed_hosts(options.host, tuple(options.allow_host)),
        tls=with_tls,
        log_requests=options.log_requests,
    )
    return Settings(
        rules=rules,
        cors_origins=tuple(options.cors_origin),
        code_map=load_code_map(options.fhir_codes, variables=model.sheet.variables),
        page=not options.no_page,
    )


def _warn(options: argparse.Namespace, model: Model, *, with_tls: bool) -> None:
    from hiprisk.serving.http.limits import LOOPBACK
    from hiprisk.wording.disclaimers import warnings_of

    for warning in warnings_of(model.sheet):
        note(f"hiprisk: {warning}")
    if not with_tls and options.host not in LOOPBACK:
        note("hiprisk: warning: without TLS the token and the patients' values can be read on "
             "the way; give --tls-cert and --tls-key, or put a TLS proxy before it")  # fmt: skip


def _say_where(
    options: argparse.Namespace, model: Model, port: int, *, with_tls: bool, with_token: bool
) -> None:
    """Say at which address the service is, once it listens."""
    shown = f"[{options.host}]" if ":" in options.host else options.host
    address = f"{'https' if with_tls else 'http'}://{shown}:{port}"
    if options.json:
        print_json({"address": address, "token": with_token,
                    "bundle_sha256": model.bundle.sha256})  # fmt: skip
    else:
        print_lines(f"{model.bundle.name} version {model.bundle.version} at {address}",
                    f"  {model.sheet.outcome.estimand}",
                    "  for research and education; not a medical device",
                    "  stop with Ctrl-C")  # fmt: skip
    sys.stdout.flush()


def _tls(options: argparse.Namespace) -> tuple[Path, Path] | None:
    if (options.tls_cert is None) != (options.tls_key is None):
        raise ConfigError("--tls-cert and --tls-key go together", code="USAGE")
    if options.tls_cert is None:
        return None
    for path in (options.tls_cert, options.tls_key):
        if not path.is_file():
            raise ConfigError("there is no such file", code="USAGE", file=path.name)
    return options.tls_cert, options.tls_key


def _rate(text: str) -> float:
    number = float(text)
    if not 0 <= number < 1e6:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("must be 0 to 65535")
    return number


def _host_name(text: str) -> str:
    from hiprisk.serving.http.limits import host_name

    named = host_name(f"[{text}]" if ":" in text else text)
    if named is None:
        raise argparse.ArgumentTypeError("must be a name or an address, without a port")
    return named


def _origin(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if scheme not in ("http", "https") or not rest or "/" in rest or "*" in rest:
        raise argparse.ArgumentTypeError("must be scheme://host or scheme://host:port")
    return text


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        "serve",
        description="Serve a model: /predict, /score, /model, /health, CDS Hooks at /cds-services, "
        "FHIR at /fhir/risk-assessment, the calculator at /. Reachable from other machines only "
        "with a secret in HIPRISK_TOKEN, sent by callers as Authorization: Bearer. No value of a "
        "patient is logged or kept.",
        example=EXAMPLE,
    )
    add = parser.add_argument
    add("bundle", metavar="BUNDLE", help="bundle, or name of a model in ./models")
    add_expected(parser)
    add("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    add("--port", type=_port, default=8000, help="port (default: 8000; 0 for any free one)")
    add("--fhir-codes", type=Path, metavar="FILE", help="codes of your record system (YAML)")
    add("--allow-host", action="append", default=[], type=_host_name, metavar="NAME",
        help="name by which callers address the service; may be repeated")  # fmt: skip
    add("--cors-origin", action="append", default=[], type=_origin, metavar="ORIGIN",
        help="web origin whose pages may call the service; may be repeated")  # fmt: skip
    add("--rate", type=_rate, default=50.0, metavar="N",
        help="requests a second from one address (default: 50; 0 for no limit)")  # fmt: skip
    add("--burst", type=whole_number(1), default=100, metavar="N",
        help="requests that one address may send at once (default: 100)")  # fmt: skip
    add("--connections-per-address", type=whole_number(1), default=128, metavar="N",
        help="open connections of one address (default: 128)")  # fmt: skip
    add("--max-rows", type=whole_number(1), default=1_000, metavar="N",
        help="patients in one request to /score (default: 1000)")  # fmt: skip
    add("--no-page", action="store_true", help="no calculator at / (it holds the model)")
    add("--log-requests", action="store_true",
        help="a line on stderr for each request: method, route, status, time")  # fmt: skip
    add("--tls-cert", type=Path, metavar="FILE", help="certificate (PEM)")
    add("--tls-key", type=Path, metavar="FILE", help="its key (PEM)")
    return parser.parse_args(argv)
