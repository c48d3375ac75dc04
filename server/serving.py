"""A server process: the application behind a socket, until it is told to stop."""

import gc
import math
import socket

import uvicorn

from data.store import Store
from schema.execute import Archive
from server.app import make_app
from server.connections import bounded
from server.logs import start_logging
from server.settings import Settings

STOP_GRACE_SECONDS = 5


def run(store: Store, settings: Settings, listening: socket.socket) -> None:
    """Answers on the socket from the store; returns when it was stopped. Closes the store."""
    start_logging(settings.log_level)
    application = make_app(Archive(store, settings.archive_name, settings.limits()), settings)
    config = uvicorn.Config(
        application,
        http=bounded(settings.header_max_bytes, settings.header_max_seconds),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=math.ceil(settings.idle_max_seconds),
        timeout_graceful_shutdown=STOP_GRACE_SECONDS,
    )
    gc.freeze()  # what is there now stays: the collector need not look at it again
    uvicorn.Server(config).run(sockets=[listening])
    store.close()
