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
            return self._timed(plan, values, Brief(QUICK_MAX_SECONDS))
        except TookTooLong:
            return None

    async def read(self, plan: Plan, values: tuple[Any, ...]) -> bytes:
        """What the plan's statement selects, read in a thread. Raises ArchiveBusy, QueryTimeout, StoreError."""
        await self._turn()
        turn = _Turn(self)
        long = asyncio.get_running_loop().call_later(LONG_SECONDS, turn.takes_long)
        try:
            return await self._in_time(plan, values)
        finally:
            long.cancel()
            self.busy -= 1
            turn.takes_long()

    def _timed(self, plan: Plan, values: tuple[Any, ...], reading: Reading | Brief) -> bytes:
        start = thread_time()
        try:
            return self.store.answer(plan.sql, values, reading)
        finally:
            plan.pace.learn(thread_time() - start)

    async def _turn(self) -> None:
        """Returns when a thread is free, which is then the caller's. Raises ArchiveBusy when that takes too long."""
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        self.begin_next()
        if turn.done():
            return
        try:
            async with asyncio.timeout(self.limits.read_wait_max_seconds):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.busy -= 1
                self.new -= 1
                self.begin_next()
            if isinstance(error, TimeoutError):
                raise ArchiveBusy(
                    "All readers of the archive are at work, and none became free in time.", hint="Ask again in a moment."
                ) from None
            raise

    def begin_next(self) -> None:
        """Gives the free threads to those who wait longest."""
        while self.waiting and self.busy < self.limits.read_threads and self.new < NEW_MAX:
            turn = self.waiting.popleft()
            if not turn.done():
                self.busy += 1
                self.new += 1
                turn.set_result(None)

    async def _in_time(self, plan: Plan, values: tuple[Any, ...]) -> bytes:
        """Read in a thread; interrupted when its time is up, and when nobody waits for it any more."""
        reading = Reading()
        work = asyncio.get_running_loop().run_in_executor(self.threads, self._timed, plan, values, reading)
        seconds = self.limits.statement_max_seconds
        try:
            done, _ = await asyncio.wait({work}, timeout=seconds)
            if done:
                return work.result()
            raise QueryTimeout(f"The query took longer than {seconds:g} seconds.", hint="Ask for less at a time.")
        finally:
            while not work.done():
                reading.stop()
                await asyncio.wait({work}, timeout=INTERRUPT_AGAIN_SECONDS)
            if not work.cancelled():
                work.exception()  # seen, so that nobody logs it as lost

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


@dataclass
class _Turn:
    """A statement that has just begun, until it takes long or ends."""

    readers: Readers
    is_new: bool = True

    def takes_long(self) -> None:
        """It keeps the next from beginning no more."""
        if self.is_new:
            self.is_new = False
            self.readers.new -= 1
        self.readers.begin_next()


WRITER = ThreadPoolExecutor(1, thread_name_prefix="fonds-write")


async def written(work: Callable[[], T]) -> T:
    """Done in the one thread that writes, in turn. What has begun is ended, also if nobody waits for it any more."""
    return await asyncio.get_running_loop().run_in_executor(WRITER, work)
