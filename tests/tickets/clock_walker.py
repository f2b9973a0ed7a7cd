"""What the clocks of a ticket should be, found by walking through it step by step.

It knows the rules and nothing of how the product reckons: every clock runs around the
clock, time is the number of equal steps since the ticket was opened.
"""

from dataclasses import dataclass, field

FIRST, NEXT, RESOLUTION = "first_response", "next_response", "resolution"


@dataclass
class Walked:
    """One clock; ``missed`` is the step of its miss."""

    metric: str
    cycle: int
    start: int
    target: int
    state: str = "running"
    end: int | None = None
    missed: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state == "running"


@dataclass
class Walker:
    """A ticket with its promises: priority to metric to steps."""

    targets: dict[str, dict[str, int]]
    priority: str
    status: str = "new"
    is_spam: bool = False
    now: int = 0
    cycle: int = 1
    cycle_start: int = 0
    is_answered: bool = False
    was_resolved: bool = False
    open_questions: list[int] = field(default_factory=list)
    worked: list[int] = field(default_factory=lambda: [0])
    clocks: list[Walked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._begin(FIRST, 1, 0)
        self._begin(RESOLUTION, 1, 0)

    @property
    def is_done(self) -> bool:
        return self.status == "resolved"

    def wait(self, steps: int) -> None:
        """Time passes; while waiting on the customer or resolved nothing is used."""
        for _ in range(steps):
            stands = self.is_done or self.status == "waiting"
            self.worked.append(self.worked[-1] + (not stands))
        self.now += steps

    def reply(self) -> None:
        self.is_answered = True
        self.open_questions.clear()
        for clock in self._waiting():
            self._stop(clock, "met")
        if self.status == "new":
            self.status = "in_progress"

    def ask(self) -> None:
        if self.is_answered:
            self.open_questions.append(self.now)
        if not self.is_spam and self.is_done:
            self.reopen()
        elif not self.is_spam and self.status == "waiting":
            self.status = "in_progress"
        self._await_answer()

    def resolve(self) -> None:
        self.status, self.was_resolved = "resolved", True
        self.open_questions.clear()
        for clock in filter(lambda clock: clock.is_open, self.clocks):
            is_last = clock.metric == RESOLUTION
            self._stop(clock, "met" if is_last else "no_response")

    def reopen(self) -> None:
        self.status = "in_progress"
        self.cycle, self.cycle_start = self.cycle + 1, self.now
        self._begin(RESOLUTION, self.cycle, self.now)
        self._await_answer()

    def change_priority(self, priority: str) -> None:
        self.priority = priority
        if self.is_done:
            return
        self.look()
        for clock in self.clocks:
            target = self.targets[priority].get(clock.metric)
            if clock.is_open and clock.missed is None and target is None:
                clock.state = "cancelled"
            elif clock.is_open and clock.missed is None:
                self._retarget(clock, target)
        if not self.is_answered and not self.was_resolved:
            self._begin(FIRST, 1, 0, is_change=True)
        self._begin(RESOLUTION, self.cycle, self.cycle_start, is_change=True)
        self._await_answer(is_change=True)

    def look(self) -> None:
        """Write down what was missed by now."""
        for clock in self.clocks:
            if clock.is_open and clock.missed is None and self._due(clock) < self.now:
                clock.missed = self._due(clock)

    def _due(self, clock: Walked) -> float:
        if clock.metric != RESOLUTION:
            return clock.start + clock.target
        for step in range(clock.start, self.now + 1):
            if self.worked[step] >= clock.target:
                return step
        return float("inf")

    def _waiting(self) -> list[Walked]:
        return [c for c in self.clocks if c.metric != RESOLUTION and c.is_open]

    def _stop(self, clock: Walked, state: str) -> None:
        self.look()
        clock.state = state if clock.missed is None else "breached"
        clock.end = self.now

    def _retarget(self, clock: Walked, target: int) -> None:
        is_same, clock.target = clock.target == target, target
        if clock.missed is None and not is_same and self._due(clock) < self.now:
            clock.missed = self.now

    def _await_answer(self, *, is_change: bool = False) -> None:
        if self.is_done or not self.open_questions or self._waiting():
            return
        since = self.open_questions[0]
        earlier = [clock for clock in self.clocks if clock.metric == NEXT]
        cycle = len(earlier) + 1
        if earlier and earlier[-1].state == "cancelled" and earlier[-1].start >= since:
            cycle -= 1
        self._begin(NEXT, cycle, since, is_change=is_change)

    def _begin(
        self, metric: str, cycle: int, start: int, *, is_change: bool = False
    ) -> None:
        target = self.targets[self.priority].get(metric)
        known = [c for c in self.clocks if (c.metric, c.cycle) == (metric, cycle)]
        if target is None or (known and known[0].state != "cancelled"):
            return
        clock = known[0] if known else Walked(metric, cycle, start, target)
        if not known:
            self.clocks.append(clock)
        clock.state, clock.target = "running", target
        if is_change and clock.missed is None and self._due(clock) < self.now:
            clock.missed = self.now
