"""What was made of operation texts before, so that it need not be made again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from schema.arguments import Variables
from schema.plan import Bound, Plan

WAYS_KEPT = 8
T = TypeVar("T")


@dataclass
class Kept(Generic[T]):
    """What belongs to a text and to `more`; the least used goes first, when all these, written out, are longer than allowed."""

    most_characters: int
    made: OrderedDict[tuple[str, Hashable], T] = field(default_factory=OrderedDict)
    characters: int = 0
    lock: Lock = field(default_factory=Lock)

    def find(self, text: str, more: Hashable) -> T | None:
        """What was made before; None if nothing was."""
        key = (text, more)
        try:
            found = self.made[key]
            self.made.move_to_end(key)
        except KeyError:  # also if it went between the two, in another thread
            return None
        return found

    def get(self, text: str, more: Hashable, make: Callable[[], T]) -> T:
        """What was made before, or is made now."""
        found = self.find(text, more)
        return self._keep(text, more, make()) if found is None else found

    def _keep(self, text: str, more: Hashable, found: T) -> T:
        with self.lock:
            if (text, more) not in self.made:
                self.made[text, more] = found
                self.characters += _length(text, more)
            while self.characters > self.most_characters:
                (old, its), _ = self.made.popitem(last=False)
                self.characters -= _length(old, its)
        return found


def _length(text: str, more: Hashable) -> int:
    """A short text may be asked with variables of large shapes, each with a large plan of its own."""
    return len(text) + len(str(more))


@dataclass
class Steered:
    """The plans of an operation for variables of one shape: one for each of the ways that they steer it (`Plan.steers`)."""

    steers: tuple[Bound, ...]
    plans: OrderedDict[Hashable, Plan] = field(default_factory=OrderedDict)

    def find(self, variables: Variables) -> Plan | None:
        """The plan that was made for such variables before. Raises GraphQLError for variables that cannot be."""
        return self.plans.get(self._way(variables))

    def keep(self, variables: Variables, plan: Plan) -> Plan:
        """The plan, from now on the one for such variables."""
        self.plans[self._way(variables)] = plan
        while len(self.plans) > WAYS_KEPT:
            self.plans.popitem(last=False)
        return plan

    def _way(self, variables: Variables) -> Hashable:
        return tuple([steer(variables) for steer in self.steers])
