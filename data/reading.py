"""A statement that runs, and can be stopped: from another thread (`Reading`), or by itself after a time (`Brief`)."""

from collections.abc import Callable
from contextvars import ContextVar
from threading import Lock
from time import perf_counter
from typing import Any, TypeVar

from data import driver
from data.errors import RequestError

STEPS_BETWEEN_LOOKS = 20_000  # of the database's machine: some 0.5 ms
T = TypeVar("T")


class TookTooLong(Exception):
    """A statement was interrupted, as `Reading` and `Brief` say."""


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


def only(connection: driver.Connection, sql: str, values: tuple[Any, ...]) -> Any:
    """The one value that a statement selects; a text as the database has it, in UTF-8. Raises what its functions tell, as they
    raised it.
    """
    _told.set(None)
    try:
        cursor = connection.execute(sql, values)  # the functions that it calls read texts themselves, as texts
        connection.text_factory = bytes
        (found,) = cursor.fetchone()
    except driver.OperationalError as error:
        told = _told.get()
        if told is None:
            raise
        raise told from error
    finally:
        connection.text_factory = str
    return found


class Reading:
    """A statement that runs in another thread, and can be stopped from this one."""

    def __init__(self) -> None:
        self._connection: driver.Connection | None = None
        self._is_stopped = False
        self._lock = Lock()

    def only(self, connection: driver.Connection, sql: str, values: tuple[Any, ...]) -> Any:
        """The one value that a statement selects. Raises TookTooLong when it was stopped."""
        with self._lock:
            if self._is_stopped:
                raise TookTooLong
            self._connection = connection
        try:
            return only(connection, sql, values)
        except driver.OperationalError as error:
            # a function that reads the database itself is interrupted too, and this shows as an error of the function
            if self._is_stopped or driver.code_of(error) == driver.INTERRUPTED:
                raise TookTooLong from error
            raise
        finally:
            with self._lock:
                self._connection = None

    def stop(self) -> None:
        """Interrupts the statement, if it has begun; keeps it from beginning, if not. May be said again."""
        with self._lock:
            self._is_stopped = True
            if self._connection is not None:
                self._connection.interrupt()


class Brief:
    """A statement that stops itself after `max_seconds`."""

    __slots__ = ("_max_seconds",)

    def __init__(self, max_seconds: float) -> None:
        self._max_seconds = max_seconds

    def only(self, connection: driver.Connection, sql: str, values: tuple[Any, ...]) -> Any:
        """The one value that a statement selects. Raises TookTooLong when it takes longer."""
        until = perf_counter() + self._max_seconds
        connection.set_progress_handler(lambda: perf_counter() > until, STEPS_BETWEEN_LOOKS)
        try:
            return only(connection, sql, values)
        except driver.OperationalError as error:
            if perf_counter() > until or driver.code_of(error) == driver.INTERRUPTED:  # as above
                raise TookTooLong from error
            raise
        finally:
            connection.set_progress_handler(None, 0)
