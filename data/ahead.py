"""Records read by a process of their own, while this one writes what came before: a large load takes less time on two processors.

The other process is a copy of this one (a fork), so it has all that reading needs, and never touches its copy of the store. What
it read comes in messages; it waits while there are some that nobody has taken, so that memory does not grow. It ends with this
process, however that ends.
"""

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from multiprocessing.connection import Connection, Pipe
from threading import Thread, active_count
from typing import Any, NamedTuple, NoReturn

from data.errors import Place, RecordError, UnreadableFile
from data.items import Item, Packed, item_of, packed, unpacked
from data.readers import OnFault
from data.readers.files import OnRemark
from data.sources import FileFacts, RecordFile, Source

if sys.platform == "linux":  # elsewhere nothing is read ahead
    import fcntl

FILES_MIN_BYTES = 2**22
"""What is smaller is read and written by one process: to make another takes longer than it saves."""

MESSAGE_MAX_ITEMS = 500
MESSAGE_FULL_BYTES = 2**20
PIPE_BYTES = 2**20
"""What may wait to be taken: a message. A pipe has room for a tenth of one, and the two would take turns instead."""


Prepare = Callable[[Sequence[Item]], None]


class Hearing(NamedTuple):
    """Who is told what reading meets beside records: pieces that are none, remarks, an error that ends a file."""

    unread: OnFault
    remark: OnRemark
    broken: Callable[[RecordError], None]


class _Told(NamedTuple):
    """What is to be told, and to whom of `Hearing`."""

    to: str
    what: tuple[Any, ...]


Message = tuple[Sequence[Item | Packed | _Told], Mapping[int, FileFacts]]
"""What was read, in its order, and what is known by then of the files that were read since the last message."""


def read(sources: Sequence[Source], hearing: Hearing) -> Iterator[Item]:
    """The records of all sources, numbered from 1."""
    number = 0
    for source in sources:
        try:
            for raw in source.raws(hearing.unread, hearing.remark):
                number += 1
                yield item_of(number, raw)
        except RecordError as error:
            hearing.broken(error)


def pays(sources: Sequence[Source]) -> bool:
    """Whether to read ahead is possible, and worth while: other threads' locks would be held in the copy for ever."""
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1 or active_count() > 1:
        return False
    sizes = [source.size_bytes if isinstance(source, RecordFile) else -1 for source in sources]
    return min(sizes, default=-1) >= 0 and (0 in sizes or sum(sizes) >= FILES_MIN_BYTES)  # 0: nobody knows, as of standard input


def read_ahead(sources: Sequence[RecordFile], hearing: Hearing, prepare: Prepare) -> Iterator[Item]:
    """As `read`, the records as `prepare` left them in the other process, by the piece. UnreadableFile if somebody ended it."""
    with _other_process(lambda sending: _send(sources, prepare, sending)) as receiving:
        for events, facts in _messages(receiving, sources):
            for at, known in facts.items():
                sources[at].facts = known
            for event in events:
                if isinstance(event, _Told):
                    getattr(hearing, event.to)(*event.what)
                else:
                    yield unpacked(event)


def _messages(receiving: Connection, sources: Sequence[Source]) -> Iterator[Message]:
    while True:
        try:
            message = pickle.loads(receiving.recv_bytes())  # noqa: S301 - our own process wrote it
        except EOFError:
            place = Place(sources[0].name)
            raise UnreadableFile("The process that read the files was ended.", place=place, hint="Load again.") from None
        if message is None:
            return
        if isinstance(message, BaseException):
            raise message
        yield message


# The other process


@contextmanager
def _other_process(run: Callable[[Connection], None]) -> Iterator[Connection]:
    """A copy of this process runs the function, which sends to what is returned; it is ended with the context."""
    receiving, sending = Pipe(duplex=False)
    with suppress(OSError):  # the system grants only so much to each user
        fcntl.fcntl(sending.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    ends, life = os.pipe()  # nobody writes: whoever has `ends` sees when the last who has `life` is gone
    process = os.fork()
    if process == 0:
        os.close(life)
        receiving.close()
        _run(run, sending, ends)
    os.close(ends)
    sending.close()
    try:
        yield receiving
    finally:
        os.close(life)
        receiving.close()
        os.waitpid(process, 0)


def _run(run: Callable[[Connection], None], sending: Connection, ends: int) -> NoReturn:
    """Runs in the copy, and leaves it at once: what the copy has of the store must not even be closed."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that writes has it too, and ends this one
        Thread(target=_end_with, args=(ends,), daemon=True).start()
        run(sending)
    except BaseException as error:  # noqa: BLE001 - raised again where somebody hears it
        with suppress(Exception):
            sending.send_bytes(pickle.dumps(error))
    finally:
        os._exit(0)


def _end_with(ends: int) -> None:
    os.read(ends, 1)
    os._exit(1)


def _send(sources: Sequence[RecordFile], prepare: Prepare, sending: Connection) -> None:
    """Reads all sources and sends what comes, then None."""
    events: list[Item | _Told] = []
    size = at = 0

    def add(event: Item | _Told, size_bytes: int) -> None:
        nonlocal size
        events.append(event)
        size += size_bytes
        if len(events) >= MESSAGE_MAX_ITEMS or size >= MESSAGE_FULL_BYTES:
            send()

    def send() -> None:
        nonlocal size, at
        prepare([event for event in events if isinstance(event, Item)])
        sent = [packed(event) if isinstance(event, Item) else event for event in events]
        begun = takewhile(lambda one: one[1] is not None, ((number, sources[number].facts) for number in range(at, len(sources))))
        facts = dict(begun)
        sending.send_bytes(pickle.dumps((sent, facts), pickle.HIGHEST_PROTOCOL))
        events.clear()
        size, at = 0, max(facts, default=at)

    hearing = Hearing(
        unread=lambda error, piece: add(_Told("unread", (error, piece)), len(piece.content)),
        remark=lambda sentence, place: add(_Told("remark", (sentence, place)), 0),
        broken=lambda error: add(_Told("broken", (error,)), 0),
    )
    for item in read(sources, hearing):
        add(item, len(item.raw.content or b""))
    send()
    sending.send_bytes(pickle.dumps(None))
