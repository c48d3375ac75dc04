"""A statement that runs, and can be stopped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from time import perf_counter
from typing import Any, TypeVar

from data import driver
from data.errors import RequestError

STEPS_BETWEEN_LOOKS = 20_000  # of the database's machine: some 0.5 ms
T = TypeVar("T")


class TookTooLong(Exception):
    """A statement was interrupted, as `Reading` says."""


_told: ContextVar[RequestError | None] = ContextVar("told", default=None)


def telling(function: Callable[..., T]) -> Callable[..., T]:
    """A function of the database whose errors are told as they are; the driver says only that there was one."""

    def tell(*arguments: Any) -> T:
        try:
            return function(*arguments)
        except RequestError as error:
            _told.set(error)
            raise

    return tell


@contextmanager
def listening() -> Iterator[None]:
    """A statement that runs. Raises what its functions tell, as they raised it."""
    _told.set(None)
    try:
        yield
    except driver.OperationalError as error:
        told = _told.get()
        if told is None:
            raise
        raise told from error


class Reading:
    """A statement that runs in another thread, and can be stopped from this one; or one that stops itself after `max_seconds`."""

    def __init__(self, max_seconds: float | None = None) -> None:
        self._max_seconds = max_seconds
        self._connection: driver.Connection | None = None
        self._is_stopped = False
        self._lock = Lock()

    @contextmanager
    def on(self, connection: driver.Connection) -> Iterator[None]:
        """The connection that the statement runs on, as long as it does. Raises TookTooLong when it was interrupted."""
        with self._lock:
            if self._is_stopped:
                raise TookTooLong
            self._connection = connection
        until = perf_counter() + (self._max_seconds or 0)
        if self._max_seconds is not None:
            connection.set_progress_handler(lambda: perf_counter() > until, STEPS_BETWEEN_LOOKS)
        try:
            yield
        except driver.OperationalError as error:
            # a function that reads the database itself is interrupted too, and this shows as an error of the function
            is_late = self._max_seconds is not None and perf_counter() > until
            if self._is_stopped or is_late or driver.code_of(error) == driver.INTERRUPTED:
                raise TookTooLong from error
            raise
        finally:
            if self._max_seconds is not None:
                connection.set_progress_handler(None, 0)
            with self._lock:
                self._connection = None

    def stop(self) -> None:
        """Interrupts the statement, if it has begun; keeps it from beginning, if not. May be said again."""
        with self._lock:
            self._is_stopped = True
            if self._connection is not None:
                self._connection.interrupt()
