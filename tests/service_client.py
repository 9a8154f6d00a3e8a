"""The service without a network: requests straight into the application."""

import asyncio
import datetime as dt
import json

import pytest

from hiprisk.serving.http.limits import Limits
from hiprisk.serving.http.middleware import Rules
from hiprisk.serving.model import load
from small_bundle import write_small_bundle

pytest.importorskip("fastapi")
httpx = pytest.importorskip("httpx")
NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
JSON = {"content-type": "application/json"}
RULES = ("token", "hosts", "tls", "log_requests")


class Client:
    """Calls an application; each answer is a finished httpx response."""

    def __init__(self, app):
        self.app = app

    def __call__(self, method, path, *, content=None, headers=None, base="http://127.0.0.1"):
        async def ask():
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, path, content=content, headers=headers)

        return asyncio.run(ask())

    def get(self, path, **headers):
        return self("GET", path, headers=headers)

    def post(self, path, value, **headers):
        text = value if isinstance(value, str | bytes) else json.dumps(value)
        return self("POST", path, content=text, headers={**JSON, **headers})


def small_model(root, **options):
    """The small model, loaded from a bundle that is written first."""
    return load(write_small_bundle(root, **options))


def client_of(model, *, limits=None, **settings):
    """A client of a model's service, with a still clock and without a rate limit."""
    rules = {name: settings.pop(name) for name in RULES if name in settings}
    from hiprisk.serving.http.app import Settings, create_app

    limits = limits or Limits(requests_per_second=0.0)
    return Client(
        create_app(
            model, Settings(rules=Rules(limits=limits, **rules), clock=lambda: NOW, **settings)
        )
    )
