"""Serving: one process, or several behind one socket that are started anew when they die."""

import gc
import math
import socket
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from data.driver import quicken
from data.errors import StoreError
from data.store import Store
from schema.execute import Archive
from server.app import make_app
from server.connections import Protocol
from server.logs import start_logging
from server.persisted import read_trusted
from server.settings import Settings

STOP_GRACE_SECONDS = 5
BACKLOG = 2048
ACCEPTED_TOGETHER = 16
"""So many handles on the one socket: of each, the event loop accepts one connection a turn, and a busy one has long turns."""
READY_LOOK_SECONDS = 0.5
WORKER_START_MAX_SECONDS = 30  # on a busy machine; one that is silent for longer is ended, and another started


def check(settings: Settings) -> None:
    """Raises FileUnusable for a file that the settings name, and that is not what it should be."""
    if settings.trusted_operations:
        read_trusted(Path(settings.trusted_operations))


@dataclass(frozen=True)
class Making:
    """Makes the application of a process, from a store that is there. Processes are handed it, so it holds no more than that."""

    settings: Settings

    def __call__(self) -> ASGIApp:
        settings = self.settings
        quicken()
        start_logging(settings.log_level)
        store = Store.open(settings.database_url)
        application = make_app(Archive(store, settings.archive_name, settings.limits()), settings)
        gc.freeze()  # what is there now stays: the collector need not look at it again
        Thread(target=stay_ready, args=[store, Event()], daemon=True).start()
        return application


def stay_ready(store: Store, stopped: Event) -> None:
    """Reads what is kept in memory before somebody has to wait for it, and again whenever the archive has changed."""
    import_module("data.search.counts")  # NumPy
    seen = None
    while not stopped.wait(READY_LOOK_SECONDS):
        with suppress(StoreError):  # whoever asks is told
            version = store.version()
            if version != seen:
                store.settle_names()
                seen = version


def run(settings: Settings, listening: socket.socket) -> None:
    """Answers on the socket from the store, which has to be there; returns when it was told to stop."""
    config = uvicorn.Config(
        Making(settings),
        factory=True,
        workers=settings.workers,
        http=cast("Any", Protocol(settings.header_max_bytes, settings.header_max_seconds, settings.idle_max_seconds)),
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nobody here asks who the client is
        server_header=False,
        timeout_keep_alive=math.ceil(settings.idle_max_seconds),
        timeout_graceful_shutdown=STOP_GRACE_SECONDS,
        timeout_worker_healthcheck=WORKER_START_MAX_SECONDS,
    )
    if settings.workers == 1:
        uvicorn.Server(config).run(sockets=[listening, *(listening.dup() for _ in range(ACCEPTED_TOGETHER - 1))])
    else:
        start_logging(settings.log_level)
        listening.listen(BACKLOG)
        Multiprocess(config, [listening]).run()
