"""What a load did, and what was wrong with it: one report for the command line, for scripts and for GraphQL."""

from dataclasses import dataclass, field

from data.errors import RecordError


@dataclass(slots=True)
class Report:
    """What a load did, in records."""

    load_id: int | None = None
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    seconds: float = 0.0
    errors: list[RecordError] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged"
