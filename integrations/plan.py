"""How one file will be read: which column goes where, and what its columns prove.

The first reading of a file happens here. It proves date orders and decimal signs by
whole columns and counts the rows; nothing is stored yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from integrations.amounts import DecimalEvidence
from integrations.dates import AmbiguousDates, Evidence
from integrations.fields import DATE_TYPES, NUMBER_TYPES, SQL_TYPES, Field, Kind
from integrations.mapping import ColumnMapping, check_columns
from integrations.reading import FileRefused, Table
from integrations.values import Memo, Reading, cell_parser


@dataclass
class Step:
    """One staged column: read from a column of the file, or a constant."""

    column: str
    memo: Memo
    index: int = -1
    constant: str = ""
    shown: str = ""
    #: Problems of a hidden twin are those of the field it stands beside.
    is_hidden: bool = False


@dataclass
class Plan:
    """Everything needed to read a file row by row."""

    kind: Kind
    mapping: ColumnMapping
    columns: list[str]
    steps: list[Step] = field(default_factory=list)
    extra_columns: dict[str, str] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)
    order_columns: tuple[str, ...] = ()
    rows: int = 0

    @property
    def stage_columns(self) -> dict[str, str]:
        """Columns of the stage, with those only this file needs."""
        return {**self.kind.stage_columns, **self.extra_columns}

    @property
    def key_step(self) -> Step | None:
        """The column that is the row's id, if the file has one."""
        return next((s for s in self.steps if s.column == "external_id"), None)


def make_plan(
    kind: Kind,
    mapping: ColumnMapping,
    table: Table,
    *,
    zone: ZoneInfo,
    custom_fields: Mapping[str, Field],
) -> Plan:
    """A plan whose every format is declared or proven by the file.

    Raises :class:`FileRefused` when the mapping does not fit, or a column of dates
    could be read in more than one way.
    """
    check_columns(mapping, kind, table.columns)
    plan = Plan(kind, mapping, table.columns)
    fields = _mapped_fields(plan, custom_fields)
    orders, decimals, plan.rows = _prove(plan, fields, table)
    reading = Reading(
        zone=zone,
        nulls=frozenset(["", *mapping.null]),
        orders=orders,
        decimals=decimals,
        values=mapping.values,
    )
    plan.steps = [_step(plan, item, reading) for item in fields]
    _add_order(plan, reading)
    return plan


def _mapped_fields(plan: Plan, custom_fields: Mapping[str, Field]) -> list[Field]:
    mapped = plan.mapping.fields
    fields = [
        # A file that has an id column has an id in every row.
        replace(item, is_required=True) if item.name == "external_id" else item
        for item in plan.kind.fields
        if (item.beside or item.name) in mapped
    ]
    for name in sorted(mapped):
        if name.startswith("custom."):
            key = name.removeprefix("custom.")
            if name not in custom_fields:
                raise FileRefused(
                    f"There is no custom field “{key}” for {plan.kind.key}; make it "
                    "first."
                )
            column = f"custom_{len(plan.custom) + 1}"
            plan.custom[key] = column
            plan.extra_columns[column] = SQL_TYPES[custom_fields[name].type]
            fields.append(custom_fields[name])
    return fields


def _prove(
    plan: Plan, fields: list[Field], table: Table
) -> tuple[dict[str, str], dict[str, str], int]:
    mapping = plan.mapping
    orders: dict[str, str] = {}
    dates: dict[str, Evidence] = {}
    numbers: dict[str, DecimalEvidence] = {}
    decimals: dict[str, str] = {}
    for item in fields:
        if item.type in DATE_TYPES:
            orders[item.name] = mapping.date_order(item.name)
            if not orders[item.name]:
                dates[item.name] = Evidence(_shown(mapping, item.name))
        elif item.type in NUMBER_TYPES:
            decimals[item.name] = mapping.decimal
            if not mapping.decimal:
                numbers[item.name] = DecimalEvidence()
    rows = _collect(plan, table, dates, numbers)
    try:
        orders |= {name: evidence.verdict() for name, evidence in dates.items()}
    except AmbiguousDates as problem:
        raise FileRefused(str(problem)) from None
    decimals |= {name: evidence.verdict() for name, evidence in numbers.items()}
    return orders, decimals, rows


def _collect(
    plan: Plan,
    table: Table,
    dates: Mapping[str, Evidence],
    numbers: Mapping[str, DecimalEvidence],
) -> int:
    """Show every value to its evidence; returns the number of rows."""
    rows = 0
    index = {
        name: plan.columns.index(column)
        for name, column in plan.mapping.columns.items()
        if name in dates or name in numbers
    }
    for name, evidence in dates.items():
        if name in plan.mapping.constants and name not in index:
            evidence.add(0, plan.mapping.constants[name])
    for chunk in table.chunks():
        rows += chunk.size
        if not chunk.rows:
            continue
        cells = list(zip(*chunk.rows, strict=True))
        for name, position in index.items():
            if name in dates:
                dates[name].add_many(chunk.numbers, cells[position])
            else:
                for text in set(cells[position]):
                    numbers[name].add(text)
    return rows


def _shown(mapping: ColumnMapping, name: str) -> str:
    return mapping.columns.get(name, name)


def _step(plan: Plan, item: Field, reading: Reading) -> Step:
    named = item.beside or item.name
    memo = Memo(cell_parser(item, reading))
    column = plan.custom.get(item.name.removeprefix("custom."), item.name)
    shown = _shown(plan.mapping, named)
    if named in plan.mapping.columns:
        index = plan.columns.index(plan.mapping.columns[named])
        return Step(column, memo, index, shown=shown, is_hidden=bool(item.beside))
    value = memo[plan.mapping.constants[named]]
    if memo.bad:
        reason = next(iter(memo.bad.values()))
        raise FileRefused(f"The constant for {named} {reason}.")
    return Step(column, memo, constant=value, shown=named)


def _add_order(plan: Plan, reading: Reading) -> None:
    """Stage what an event log is ordered by: our fields, or numeric columns."""
    staged = {step.column for step in plan.steps}
    ordered = []
    for number, name in enumerate(plan.mapping.order_by, start=1):
        if name in staged:
            ordered.append(name)
            continue
        ours = next((f for f, c in plan.mapping.columns.items() if c == name), None)
        if ours in staged:
            ordered.append(str(ours))
            continue
        if name not in plan.columns:
            raise FileRefused(f"The file has no column “{name}” to order by.")
        column = f"order_{number}"
        item = Field(column, "number", name, is_required=True)
        plan.extra_columns[column] = SQL_TYPES["number"]
        plan.steps.append(
            Step(
                column,
                Memo(cell_parser(item, reading)),
                plan.columns.index(name),
                shown=name,
            )
        )
        ordered.append(column)
    plan.order_columns = tuple(ordered)
