"""The note of a change that is under way, beside the store: written before it begins, taken away when it has ended.

A note that is found when nobody writes is of a change that was cut off. The change is one transaction, so the store is as before
it or as after it; which of the two, the number of its last load says.
"""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, sleep

import orjson

MOMENT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Journal:
    """What was begun, when (UTC), and the number of the last load before it, 0 if there was none."""

    doing: str
    began_at: str
    last_load: int

    def outcome(self, last_load: int) -> str:
        """What became of it, as a sentence; `last_load` is the number of the last load now."""
        became = "it was done, and the store is as after it" if last_load > self.last_load else "the store is as before it"
        return f"The {self.doing} that began at {self.began_at} was cut off: {became}."


def place(store: Path) -> Path:
    """Where the note of a store is."""
    return store.with_name(f"{store.name}-load")


def write(store: Path, journal: Journal) -> None:
    """Leaves the note, so that it is still there after a loss of power. Raises OSError."""
    with place(store).open("wb") as file:
        file.write(orjson.dumps(asdict(journal)))
        file.flush()
        os.fsync(file.fileno())


def read(store: Path) -> Journal | None:
    """The note that is there; None if there is none, or one that was cut off itself (then nothing had begun)."""
    try:
        return Journal(**orjson.loads(place(store).read_bytes()))
    except (FileNotFoundError, orjson.JSONDecodeError, TypeError):
        return None


def clear(store: Path) -> None:
    """Takes the note away."""
    place(store).unlink(missing_ok=True)


def settled(store: Path, last_load: int) -> str | None:
    """What became of a change that was cut off, its note taken away; None if there was none. For whom nobody can write beside.

    Who has just ended a change is given a moment to take its note away.
    """
    until = monotonic() + MOMENT_SECONDS
    while (found := read(store)) and monotonic() < until:
        sleep(MOMENT_SECONDS / 50)
    clear(store)
    return found.outcome(last_load) if found else None
