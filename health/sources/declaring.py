"""What a source is, and the decorator that declares one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from core import formatting
from health.sources.facts import FactsWanted
from health.sources.reading import Floats
from health.sources.scope import Scope


class Columns(Protocol):
    """Columns of facts by name: those of real accounts, or of none while asking."""

    def __getitem__(self, name: str) -> Floats: ...

    def where(self, mask, name: str) -> Floats: ...


Reading = Callable[[Columns], Floats]
Group = Literal[
    "usage", "support", "business", "relationship", "satisfaction", "commercial"
]
Direction = Literal["up", "down", "target"]
# Every source's sentence holds it; a longer sentence says it in words.
ARROW = "{before} → {after}"


@dataclass(frozen=True)
class Source:
    """One number per account as of a day, and how it is said.

    ``read`` gives the values (NaN: missing), ``age`` the days since the newest fact
    behind them. ``sentence`` has ``{before}`` and ``{after}``.
    """

    key: str
    label: str
    unit: str
    window: str
    description: str
    group: Group
    direction: Direction
    sentence: str
    read: Reading
    age: Reading
    places: int = 0

    def say(self, value: float | None) -> str:
        """The value with its unit, as a person would write it."""
        if value is None:
            return formatting.MISSING
        if self.unit == "%":
            return formatting.percent(value, self.places)
        figure = formatting.number(value, self.places)
        if self.unit in ("days", "hours"):
            word = self.unit[:-1] if figure == "1" else self.unit
            return f"{figure}{formatting.THIN}{word}"
        return figure

    def say_change(self, before: float | None, after: float | None) -> str:
        """A change in few words, for lists: "Active users 41 % → 22 % of seats"."""
        return self.sentence.format(before=self.say(before), after=self.say(after))

    def tell_change(self, before: float | None, after: float | None) -> str:
        """The same as a sentence: "Active users fell from 41 % to 22 % of seats"."""
        said = {"before": self.say(before), "after": self.say(after)}
        if before is None or after is None:
            return self.sentence.format(**said)
        if said["before"] == said["after"]:
            words = "moved a little around {after}"
        else:
            verb = "rose" if after > before else "fell"
            words = f"{verb} from {{before}} to {{after}}"
        return self.sentence.replace(ARROW, words).format(**said)

    def columns(self, *, with_age: bool = True) -> frozenset[str]:
        """Names of the fact columns this source needs."""
        wanted = FactsWanted()
        self.read(wanted)
        if with_age:
            self.age(wanted)
        return frozenset(wanted.names)


DECLARED: dict[str, Source] = {}


def source(
    *,
    label: str,
    unit: str,
    window: str,
    group: Group,
    direction: Direction,
    sentence: str,
    age: Reading,
    places: int = 0,
) -> Callable[[Reading], Reading]:
    """Declare a function as the source of its name; its docstring describes it."""

    def declare(read: Reading) -> Reading:
        key = read.__name__
        DECLARED[key] = Source(
            key=key,
            label=label,
            unit=unit,
            window=window,
            description=" ".join((read.__doc__ or "").split()),
            group=group,
            direction=direction,
            sentence=sentence,
            read=read,
            age=age,
            places=places,
        )
        return read

    return declare


__all__ = ["DECLARED", "Columns", "Reading", "Scope", "Source", "source"]
