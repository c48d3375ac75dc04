"""Running a plan, so that no statement keeps others waiting: quick ones at once, the rest in threads, all within their time.

How long a plan takes the processor is learned by running it (`Plan.pace`): the first time in a thread, and at once, on the event
loop, which saves the change of threads, when it was seen to be quick. There it is stopped when it takes longer, and goes to a
thread. A search goes there always: what one search took says nothing of the next.

Statements that run beside each other hinder each other, and leave the event loop no processor. So of those that have just begun
fewer run at a time than there are processors; one that takes long lets the next begin beside it.
"""

import asyncio
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from time import thread_time
from typing import Any, TypeVar

from data.errors import ArchiveBusy, QueryTimeout
from data.reading import Brief, Reading, TookTooLong
from data.store import Store
from schema.limits import Limits
from schema.plan import Plan

QUICK_SECONDS = 0.002
QUICK_MAX_SECONDS = 0.02
INTERRUPT_AGAIN_SECONDS = 0.05
LONG_SECONDS = 0.02
NEW_MAX = max(1, (os.cpu_count() or 1) - 1)
PREPARERS = ThreadPoolExecutor(1, thread_name_prefix="fonds-prepare")
T = TypeVar("T")


@dataclass
class Readers:
    """The threads that read: so many at a time, the others wait in turn, but not for long. Used on one event loop at a time."""

    store: Store
    limits: Limits
    busy: int = 0
    new: int = 0
    """Of the busy ones, how many have just begun."""
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    threads: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self.threads = ThreadPoolExecutor(self.limits.read_threads, thread_name_prefix="fonds-read")

    def at_once(self, plan: Plan, values: tuple[Any, ...]) -> bytes | None:
        """What the plan's statement selects; None if it is not known to be quick, or was not. Raises StoreError."""
        if plan.searches or plan.pace.seconds > QUICK_SECONDS:
            return None
        try:
            return self.timed(plan, values, Brief(QUICK_MAX_SECONDS))
        except TookTooLong:
            plan.pace.learn(QUICK_MAX_SECONDS)
            return None

    async def read(self, plan: Plan, values: tuple[Any, ...]) -> bytes:
        """What the plan's statement selects, read in a thread. Raises ArchiveBusy, QueryTimeout, StoreError.

        It is interrupted when its time is up, and when nobody waits for it any more.
        """
        await self._turn()
        work = _Work(self, plan, values)
        self.threads.submit(work.run)
        try:
            return await work.found
        except TookTooLong:
            seconds = self.limits.statement_max_seconds
            raise QueryTimeout(f"The query took longer than {seconds:g} seconds.", hint="Ask for less at a time.") from None
        except asyncio.CancelledError:
            work.stop()
            raise

    def timed(self, plan: Plan, values: tuple[Any, ...], reading: Reading | Brief) -> bytes:
        if not plan.pace.is_due():
            return self.store.answer(plan.sql, values, reading)
        start = thread_time()
        try:
            return self.store.answer(plan.sql, values, reading)
        finally:
            plan.pace.learn(thread_time() - start)

    async def _turn(self) -> None:
        """Returns when a thread is free, which is then the caller's. Raises ArchiveBusy when that takes too long."""
        if not self.waiting and self._begin():
            return
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            async with asyncio.timeout(self.limits.read_wait_max_seconds):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.new -= 1
                self.end()
            if isinstance(error, TimeoutError):
                raise ArchiveBusy(
                    "All readers of the archive are at work, and none became free in time.", hint="Ask again in a moment."
                ) from None
            raise

    def _begin(self) -> bool:
        """Takes a thread, if one is free for what has just begun."""
        if self.busy >= self.limits.read_threads or self.new >= NEW_MAX:
            return False
        self.busy += 1
        self.new += 1
        return True

    def begin_next(self) -> None:
        """Gives the free threads to those who wait longest."""
        while self.waiting:
            if self.waiting[0].done():
                self.waiting.popleft()
            elif self._begin():
                self.waiting.popleft().set_result(None)
            else:
                break

    def end(self) -> None:
        """Gives a thread back."""
        self.busy -= 1
        self.begin_next()

    async def beside(self, work: Callable[[], T]) -> T:
        """Done in the one thread for what is no reading: one after the other, so that equal work is found done.

        Raises ArchiveBusy when its turn does not come in time.
        """
        queued = PREPARERS.submit(work)
        found = asyncio.wrap_future(queued)
        try:
            await asyncio.wait({found}, timeout=self.limits.read_wait_max_seconds)
            if not found.done() and queued.cancel():
                raise ArchiveBusy("Too many new operations are being prepared.", hint="Ask again in a moment.")
            return await found
        finally:
            found.cancel()  # of no effect when it is done


class _Work:
    """A statement that has a thread, from its beginning to its end; `found` is what somebody may wait for."""

    def __init__(self, readers: Readers, plan: Plan, values: tuple[Any, ...]) -> None:
        self.readers, self.plan, self.values = readers, plan, values
        self.reading = Reading()
        self.loop = asyncio.get_running_loop()
        self.found: asyncio.Future[bytes] = self.loop.create_future()
        self.is_new = True
        self.long = self.loop.call_later(LONG_SECONDS, self._takes_long)
        self.end = self.loop.call_later(readers.limits.statement_max_seconds, self.stop)

    def run(self) -> None:
        """Reads, in a thread."""
        content, fault = b"", None
        try:
            content = self.readers.timed(self.plan, self.values, self.reading)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            fault = error
        with suppress(RuntimeError):  # the event loop has ended
            self.loop.call_soon_threadsafe(self._is_over, content, fault)

    def stop(self) -> None:
        """Interrupts it, and again until it is over: an interruption that comes between two steps is lost."""
        self.end.cancel()
        self.reading.stop()
        self.end = self.loop.call_later(INTERRUPT_AGAIN_SECONDS, self.stop)

    def _is_over(self, content: bytes, fault: BaseException | None) -> None:
        self.long.cancel()
        self.end.cancel()
        self._stop_being_new()
        self.readers.end()
        if self.found.done():
            return
        if fault is None:
            self.found.set_result(content)
        else:
            self.found.set_exception(fault)

    def _takes_long(self) -> None:
        """It keeps the next from beginning no more."""
        self._stop_being_new()
        self.readers.begin_next()

    def _stop_being_new(self) -> None:
        if self.is_new:
            self.is_new = False
            self.readers.new -= 1


WRITER = ThreadPoolExecutor(1, thread_name_prefix="fonds-write")


async def written(work: Callable[[], T]) -> T:
    """Done in the one thread that writes, in turn. What has begun is ended, also if nobody waits for it any more."""
    return await asyncio.get_running_loop().run_in_executor(WRITER, work)
