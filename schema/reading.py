"""Running a plan, so that no statement keeps others waiting: quick ones at once, the rest in threads, all within their time.

How long a plan takes the processor is learned by running it (`Plan.pace`): the first time in a thread, and at once, on the event
loop, which saves the change of threads, when it was seen to be quick. There it is stopped when it takes longer, and goes to a
thread. A search goes there always: what one search took says nothing of the next.

Statements that run beside each other hinder each other, and leave the event loop no processor. So of those that have just begun
fewer run at a time than there are processors; one that takes long lets the next begin beside it. A thread that has ended one goes
on with the next by itself: to hand each over through the event loop would cost as much as a quick search.
"""

import asyncio
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic, thread_time
from typing import Any, TypeVar

from data.errors import ArchiveBusy, QueryTimeout
from data.reading import Brief, Reading, TookTooLong
from data.store import Store
from schema.limits import Limits
from schema.plan import Plan

QUICK_SECONDS = 0.002
QUICK_MAX_SECONDS = 0.02
LONG_SECONDS = 0.02
TICK_SECONDS = 0.01
NEW_MAX = max(1, (os.cpu_count() or 1) - 1)
PREPARERS = ThreadPoolExecutor(1, thread_name_prefix="fonds-prepare")
T = TypeVar("T")


@dataclass
class Readers:
    """The threads that read: so many at a time, the others wait in turn, but not for long. Used on one event loop at a time.

    `waiting` and `running` and the count of threads are changed under `lock`, from all threads; time is kept by the event loop.
    """

    store: Store
    limits: Limits
    waiting: deque["_Work"] = field(default_factory=deque)
    running: set["_Work"] = field(default_factory=set)
    busy: int = 0
    """How many threads are at work."""
    new: int = 0
    """How many of them with what has just begun."""
    lock: Lock = field(default_factory=Lock)
    clock: asyncio.AbstractEventLoop | None = None
    """Whose turns look at the time, while there is something to look for."""
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
        work = _Work(self, plan, values)
        with self.lock:
            self.waiting.append(work)
            self._begin()
        if self.clock is not work.loop:
            self.clock = work.loop
            work.loop.call_later(TICK_SECONDS, self._tick)
        try:
            return await work.found
        except asyncio.CancelledError:
            work.reading.stop()
            raise
        except TookTooLong:
            seconds = self.limits.statement_max_seconds
            raise QueryTimeout(f"The query took longer than {seconds:g} seconds.", hint="Ask for less at a time.") from None

    def timed(self, plan: Plan, values: tuple[Any, ...], reading: Reading | Brief) -> bytes:
        """What the plan's statement selects; how long that took is learned."""
        if not plan.pace.is_due():
            return self.store.answer(plan.sql, values, reading)
        start = thread_time()
        try:
            return self.store.answer(plan.sql, values, reading)
        finally:
            plan.pace.learn(thread_time() - start)

    def _begin(self) -> None:
        """Puts a thread to work, if one is free and something may begin; under the lock."""
        if self.waiting and self.busy < self.limits.read_threads and self.new < NEW_MAX:
            self.busy += 1
            self.new += 1  # its place, until it takes up something
            self.threads.submit(self._work)

    def _work(self) -> None:
        """One after the other, in a thread, as long as there is something that may begin."""
        work = self._next(None)
        while work is not None:
            content, fault = work.run()
            following = self._next(work)
            work.tell(content, fault)
            work = following

    def _next(self, ended: "_Work | None") -> "_Work | None":
        with self.lock:
            if ended is None or ended.is_new:
                self.new -= 1
            if ended is not None:
                self.running.remove(ended)
            while self.waiting and self.new < NEW_MAX:
                work = self.waiting.popleft()
                if not work.found.done():
                    self.new += 1
                    self.running.add(work)
                    work.begun = monotonic()
                    return work
            self.busy -= 1
            return None

    def _tick(self) -> None:
        now, loop = monotonic(), asyncio.get_running_loop()
        with self.lock:
            for work in self.running:
                if work.is_new and now - work.begun > LONG_SECONDS:
                    work.is_new = False
                    self.new -= 1
                    self._begin()
                if work.found.done() or now - work.begun > self.limits.statement_max_seconds:
                    work.reading.stop()  # at each tick: an interruption that comes between two steps of the database is lost
            while self.waiting and (self.waiting[0].found.done() or self._waits_too_long(self.waiting[0], now)):
                self.waiting.popleft().refuse()
            is_idle = not (self.running or self.waiting)
        if self.clock is loop:
            self.clock = None if is_idle else loop
            if not is_idle:
                loop.call_later(TICK_SECONDS, self._tick)

    def _waits_too_long(self, work: "_Work", now: float) -> bool:
        return now - work.asked > self.limits.read_wait_max_seconds

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
    """A statement that is to be run; `found` is what somebody waits for. Given up by whoever waited, it is interrupted."""

    def __init__(self, readers: Readers, plan: Plan, values: tuple[Any, ...]) -> None:
        self.readers, self.plan, self.values = readers, plan, values
        self.reading = Reading()
        self.loop = asyncio.get_running_loop()
        self.found: asyncio.Future[bytes] = self.loop.create_future()
        self.asked = self.begun = monotonic()
        self.is_new = True

    def run(self) -> tuple[bytes, BaseException | None]:
        """Reads, in a thread: what was found, or what is wrong."""
        try:
            return self.readers.timed(self.plan, self.values, self.reading), None
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            return b"", error

    def tell(self, content: bytes, fault: BaseException | None) -> None:
        """Tells it on the event loop, from a thread."""
        with suppress(RuntimeError):  # the event loop has ended
            self.loop.call_soon_threadsafe(self._give, content, fault)

    def refuse(self) -> None:
        """Its turn did not come in time."""
        message = "All readers of the archive are at work, and none became free in time."
        self._give(b"", ArchiveBusy(message, hint="Ask again in a moment."))

    def _give(self, content: bytes, fault: BaseException | None) -> None:
        if self.found.done():
            return
        if fault is None:
            self.found.set_result(content)
        else:
            self.found.set_exception(fault)


WRITER = ThreadPoolExecutor(1, thread_name_prefix="fonds-write")


async def written(work: Callable[[], T]) -> T:
    """Done in the one thread that writes, in turn. What has begun is ended, also if nobody waits for it any more."""
    return await asyncio.get_running_loop().run_in_executor(WRITER, work)
