"""Ways of deciding: who is asked about a project, and what follows from being asked in that way.

A contract names one of them (`decision.body`, see `words.BODIES`). Everything that depends on it stands in this table:
a new way of deciding is one more entry here, and a mandate for whoever decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..inputs.quantity import Quantity

IN_FORCE, OWN_ROOM = 0, 1
"""The contracts of a run by number: the design in force, and paying out of one's own room beside it."""

STATE = "state"  # asked where a contract makes it sign, see `words.SIGNATORIES`
GRANTOR = "grantor"  # a region that grants money to projects of others, see `bodies.views`


@dataclass(frozen=True)
class Deciding:
    """One way of deciding.

    `alone` names whoever decides instead of owner and grantor; else the owner must want a project, and `grantor` must
    agree, to all projects if `grants_all`, to those of the municipality's own bodies if not.
    """

    alone: str = ""
    grantor: str = ""
    grants_all: bool = False
    money_binds: bool = True  # else all that is worth it is taken, in the order of value instead of value per krona
    knows_effects: bool = False  # believes in what is true, and has nothing to learn
    paperless: bool = False  # nothing is applied for or evaluated, and no idea is waited for

    def asked(self, owner: str) -> tuple[str, ...]:
        """Who is asked about a project of an owner, in order."""
        if self.alone:
            return (self.alone,)
        return (owner, self.grantor) if self.grantor and (self.grants_all or owner != "region") else (owner,)


WAYS: Mapping[str, Deciding] = MappingProxyType(
    {
        "committee": Deciding(),
        "board": Deciding(grantor="board"),
        "region": Deciding(grantor=GRANTOR, grants_all=True),
        "pool": Deciding(alone="pool"),
        "planner": Deciding(alone="planner", money_binds=False, knows_effects=True, paperless=True),
    }
)


@dataclass(frozen=True, kw_only=True)
class Exit:
    """A right to end the contract ahead of time: whose, at which dates, and on what condition, if there is one.

    `at` is in months from the start, one or several. With a `measure` it may be used only where what that has come to
    by then is `below` something, in the unit of the measure and for the whole programme. `by` is a party.
    """

    name: str
    by: str
    says: str
    at: Quantity
    measure: str | None = None
    below: Quantity | None = None

    @property
    def dates(self) -> tuple[int, ...]:
        """Months from the start at which it may be used, first to last."""
        return tuple(sorted({int(month) for month in self.at.entries}))

    @property
    def limit(self) -> float:
        """What must not have been reached; no limit if it hangs on nothing."""
        return float("inf") if self.below is None else float(self.below.entries[0])
