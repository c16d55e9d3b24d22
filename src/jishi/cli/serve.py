"""`jishi serve`: one part in the foreground: web and lane behind a proxy, or front for the demo."""

from __future__ import annotations

import argparse
import functools
import gc
import os
import socket
from typing import Any

from jishi.cli import home
from jishi.cli.failure import Failure
from jishi.config import environment


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("part", choices=("web", "lane", "front"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="default: web and front 8000, lane 8001")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes of web")


def run(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    home.load_secrets(environment.home(), create=False)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.config.settings")
    if not os.environ.get("DATABASE_URL"):
        raise Failure(
            "DATABASE_URL is not set: `jishi up` brings its own database, `jishi serve` expects yours."
        )
    port = options.port or (8001 if options.part == "lane" else 8000)
    if options.part == "web":
        return _web(options.host, port, options.workers)
    if options.part == "lane":
        from jishi.surfaces.lane import app, wire

        spare_the_collector()
        http = functools.partial(wire.Quick, shortcut=app.RushShortcut())
        return _uvicorn("jishi.surfaces.lane.app:application", options.host, port, http=http)
    home.django()
    return front(options.host, port)


def front(host: str, port: int) -> int:
    """Run lane and web in one process; Django is set up already."""
    spare_the_collector()
    return _uvicorn("jishi.config.asgi:application", host, port)


def _uvicorn(target: str, host: str, port: int, *, http: Any = "auto") -> int:
    import uvicorn

    from jishi.surfaces.lane.app import end_streams

    class Server(uvicorn.Server):
        """uvicorn, which waits for open answers before it tells anybody; streams are ended first."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            end_streams()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        target,
        host=host,
        port=port,
        http=http,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=environment.flag("JISHI_BEHIND_PROXY"),
        timeout_graceful_shutdown=5,
    )
    server = Server(config)
    try:
        server.run()
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 3


def spare_the_collector() -> None:
    """Leave what is loaded out of every collection, and collect less often: a tenth of a request's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _web(host: str, port: int, workers: int) -> int:
    """Run Django under gunicorn: one worker per core, four threads each."""
    from gunicorn.app.base import BaseApplication

    home.django()

    class Web(BaseApplication):
        """gunicorn, configured here instead of in a file."""

        def load_config(self) -> None:
            settings = {
                "bind": f"{host}:{port}",
                "worker_class": "gthread",
                "workers": workers,
                "threads": 4,
                "graceful_timeout": 10,
                "max_requests": 20_000,
                "max_requests_jitter": 2_000,
                "proc_name": "jishi-web",
                "forwarded_allow_ips": "127.0.0.1,::1",
                "control_socket_disable": True,
                "post_worker_init": lambda worker: spare_the_collector(),
            }
            for name, value in settings.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> object:
            from jishi.config.wsgi import application

            return application

    Web().run()
    return 0
