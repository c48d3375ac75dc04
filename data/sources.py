"""What a load is given: files, folders, patterns, standard input, or records out of a script; each can be read several times."""

import glob
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Dict
from contextlib import contextmanager, nullcontext
from dataclasses import InitVar, dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, Protocol, cast

from data.errors import Place, RecordError, UnreadableFile, shorten
from data.mapping import Mapping
from data.mapping.makers import Known, everything
from data.readers import SUFFIXES, OnFault, Raw, format_of, read
from data.readers.files import OnRemark
from data.readers.raw import Unchanged
from data.readers.streams import check_file, is_standard_input

JUMPING = frozenset({"parquet"})
"""Formats whose files are not read from head to end."""

LEFT_OUT_SHOWN = 5


@dataclass(slots=True)
class FileFacts:
    """What is kept of a file that was read."""

    name: str
    sha256: str = ""
    size_bytes: int = 0
    records: int = 0


class Source(Protocol):
    """Something that gives records, the same each time; `facts` are of the last time, `size_bytes` is what there is to read."""

    @property
    def name(self) -> str: ...

    @property
    def size_bytes(self) -> int: ...

    @property
    def facts(self) -> FileFacts | None: ...

    def raws(self, on_fault: OnFault, on_remark: OnRemark) -> Iterator[Raw]:
        """The records. What concerns one of them is given to `on_fault`; a RecordError is raised where nothing can follow."""
        ...

    def close(self) -> None: ...


class RecordList:
    """Records that somebody has at hand, as JSON has them; errors name them as `records[3]`."""

    name = "records"
    size_bytes = 0
    facts = None

    def __init__(self, records: Sequence[Dict[str, object]]) -> None:
        self._records = records

    def raws(self, _on_fault: OnFault, _on_remark: OnRemark) -> Iterator[Raw]:
        for number, record in enumerate(self._records):
            yield Raw(Place(f"{self.name}[{number}]"), dict(record))

    def close(self) -> None:
        """Nothing is open."""


class _Counted:
    """A stream whose bytes are counted and hashed as they are read."""

    def __init__(self, stream: IO[bytes], facts: FileFacts) -> None:
        self._stream, self._facts, self._hash = stream, facts, sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(size)
        self._hash.update(content)
        self._facts.size_bytes += len(content)
        return content

    def finish(self) -> None:
        """Reads what nobody wanted, for the sake of the hash."""
        while self.read(2**20):
            pass
        self._facts.sha256 = self._hash.hexdigest()


@dataclass
class RecordFile:
    """A file of records, or standard input (`-`), which is copied aside, as it can be read but once; told with it, a `remark`."""

    path: Path
    file_format: str | None = None
    encoding: str | None = None
    mapping: Mapping | None = None
    known: Known = everything
    unchanged: Unchanged | None = None
    facts: FileFacts | None = None
    remark: str | None = None
    _copy: IO[bytes] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return str(self.path)

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size if self._copy is None and self.path.is_file() else 0

    def raws(self, on_fault: OnFault, on_remark: OnRemark) -> Iterator[Raw]:
        self.facts = facts = FileFacts(self.name)
        if self.remark:
            on_remark(self.remark, Place(str(self.path.parent)))
        jumps = format_of(self.path, self.file_format) in JUMPING
        with self._opened() as stream:
            counted = _Counted(stream, facts)
            unchanged = self.unchanged if self.mapping is None else None
            options = {"encoding": self.encoding, "on_fault": on_fault, "on_remark": on_remark, "unchanged": unchanged}
            raws = read(
                self.path,
                self.file_format,
                stream=None if jumps else cast("BinaryIO", counted),
                is_mapped=self.mapping is not None,
                **options,  # type: ignore[arg-type] # each is what `read` asks for
            )
            for raw in raws if self.mapping is None else self._mapped(raws, self.mapping, on_fault, on_remark):
                facts.records += 1
                yield raw
            counted.finish()

    def _mapped(self, raws: Iterator[Raw], mapping: Mapping, on_fault: OnFault, on_remark: OnRemark) -> Iterator[Raw]:
        return mapping.apply(raws, known=self.known, on_fault=on_fault, on_remark=on_remark)

    def ids(self) -> Iterator[tuple[str, str]]:
        """Type and id of each record that the mapping makes of the file; nothing if there is none."""
        if self.mapping is not None:
            with self._opened() as stream:
                given = read(
                    self.path,
                    self.file_format,
                    encoding=self.encoding,
                    stream=None if format_of(self.path, self.file_format) in JUMPING else cast("BinaryIO", stream),
                    on_fault=lambda _error, _content: None,
                    is_mapped=True,
                )
                yield from self.mapping.ids(given)

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        """The file from its head: itself, or the copy of what can be read but once."""
        if self._copy is None and self._is_read_once():
            self._copy = TemporaryFile()  # noqa: SIM115 - kept for the next time
            with nullcontext(sys.stdin.buffer) if is_standard_input(self.path) else self._open() as stream:
                shutil.copyfileobj(stream, self._copy)
        if self._copy is not None:
            self._copy.seek(0)
            yield self._copy
        else:
            with self._open() as stream:
                yield stream

    def close(self) -> None:
        """Takes away the copy, if there is one."""
        if self._copy is not None:
            self._copy.close()
            self._copy = None

    def _is_read_once(self) -> bool:
        check_file(self.path)
        return is_standard_input(self.path) or not self.path.is_file()

    def _open(self) -> IO[bytes]:
        try:
            return self.path.open("rb")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise UnreadableFile(f"The file cannot be opened: {reason}.", place=Place(self.name)) from None


@dataclass
class RecordFiles:
    """The files of one load by the names that it is given; each real file is given once, and those of `others` never."""

    file_format: str | None = None
    encoding: str | None = None
    mapping: Mapping | None = None
    others: InitVar[Iterable[Path]] = ()
    _seen: set[Path] = field(default_factory=set)

    def __post_init__(self, others: Iterable[Path]) -> None:
        self._seen.update(_real(path) for path in others)

    def of(self, name: Path) -> Iterator[RecordFile]:
        """The files that are meant: of a folder those below it whose format is known, of a pattern those of them that fit.

        What is not of a known format there is told as a remark of the first file; links to folders are not followed.
        UnreadableFile for a folder or a pattern without any. What is hidden (`.name`) is meant only by its own name.
        """
        found, remark = _meant(name, self.file_format)
        for path in found:
            if (real := _real(path)) not in self._seen:
                self._seen.add(real)
                yield RecordFile(path, self.file_format, self.encoding, self.mapping, remark=remark)
                remark = None


def _meant(name: Path, file_format: str | None) -> tuple[list[Path], str | None]:
    try:
        if name.is_dir():
            found, what = list(_inside(name)), "There is no record file in this directory."
        elif not name.exists() and glob.has_magic(str(name)):
            found, what = list(_fitting(name)), "No record file fits the pattern."
        else:
            return [name], None
    except ValueError:  # no name of a file, or no pattern: whoever opens it says so
        return [name], None
    known = [path for path in sorted(found) if _is_readable(path, file_format)]
    if not known:
        raise UnreadableFile(what, place=Place(str(name)), hint=f"Known suffixes: {', '.join(SUFFIXES)}.")
    return known, _left_out(name, sorted(set(found) - set(known)))


def _inside(folder: Path) -> Iterator[Path]:
    """The files below a folder, and the links to folders, which are not followed."""

    def unreadable(error: OSError) -> None:
        raise UnreadableFile(f"The directory cannot be read: {error.strerror}.", place=Place(str(error.filename))) from None

    for where, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = (name for name in folders if Path(where, name).is_symlink())
        yield from (Path(where, name) for name in (*files, *links) if not name.startswith("."))


def _fitting(pattern: Path) -> Iterator[Path]:
    """The files that fit a pattern; `**` is any depth, without links to folders."""
    parts = pattern.parts[len(Path(pattern.anchor).parts) :]
    shown = {part for part in parts if part.startswith(".")}
    below = Path(*parts, *(["*"] if parts[-1] == "**" else []))
    for path in Path(pattern.anchor).glob(str(below)):
        if path.is_file() and not any(part.startswith(".") and part not in shown for part in path.parts):
            yield path


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a link that leads to itself: whoever opens it says so
        return path


def _left_out(name: Path, others: Sequence[Path]) -> str | None:
    if not others:
        return None
    shown = ", ".join(shorten(path.relative_to(name) if name in path.parents else path) for path in others[:LEFT_OUT_SHOWN])
    more = ", …" if len(others) > LEFT_OUT_SHOWN else ""
    what = "1 file is" if len(others) == 1 else f"{len(others)} files are"
    return f"{what} of no known format, and left out: {shown}{more}."


def _is_readable(path: Path, file_format: str | None) -> bool:
    """Whether it is a file of a known format; a link to nothing is one, so that somebody is told of it."""
    try:
        format_of(path, file_format)
    except RecordError:
        return False
    return path.is_file() or not path.exists()
