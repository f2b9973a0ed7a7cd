"""Merging two rows of a model: everything that points at one goes to the other.

The walk is generic. Each model says for each of its foreign keys what happens, so a
room low in the house can merge without knowing the rooms above it:

    class Ticket(models.Model):
        MERGE = {"account": Move(), "contact": Move()}

Link tables of many-to-many fields need no rule: a link both have is kept once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Move:
    """The row goes to the survivor as it is; no constraint can clash.

    ``then`` names a function that puts derived values right once everything has
    moved; it is called with ``survivor_id``. ``hold`` names what is locked before the
    merged rows are: ``pk`` for the row itself, or one of its foreign keys.
    """

    then: str = ""
    hold: str = ""


@dataclass(frozen=True)
class Keep:
    """Rows that agree in ``by`` clash: the survivor's stands, the other goes.

    ``where`` limits what counts as a clash: SQL about one row, named ``{row}``.
    """

    by: tuple[str, ...]
    where: str = ""
    then: str = ""


@dataclass(frozen=True)
class Combine:
    """Rows that agree in ``by`` become one: ``columns`` says how, in SQL.

    The expressions call the survivor's row ``s`` and the duplicate's ``d``.
    """

    by: tuple[str, ...]
    columns: Mapping[str, str]
    where: str = ""
    then: str = ""


@dataclass(frozen=True)
class Join:
    """Rows that agree in ``by`` are the same thing and are merged themselves.

    ``within`` names a foreign key that rows pointing at them share with them; it
    makes finding those rows cheap.
    """

    by: tuple[str, ...]
    within: str = ""
    then: str = ""


@dataclass(frozen=True)
class Whole:
    """A history that only makes sense as a whole: the survivor's, if it has one."""

    then: str = ""


@dataclass(frozen=True)
class Stay:
    """The row stays with the duplicate: it says what was true of that one."""

    then: str = ""


MergeRule = Move | Keep | Combine | Join | Whole | Stay


@dataclass(frozen=True)
class Relation:
    """One foreign key that points at a model, and its rule."""

    model: type[models.Model]
    key: models.ForeignKey
    rule: MergeRule | None

    @property
    def label(self) -> str:
        """``app.model.field``, as messages and tests name it."""
        return f"{self.model._meta.label_lower}.{self.key.name}"


def relations_to(model: type[models.Model]) -> list[Relation]:
    """Every foreign key of every model that points at ``model``."""
    found = []
    for relation in model._meta.get_fields(include_hidden=True):
        # Covers one-to-one keys too; link tables of many-to-many come as keys.
        if not isinstance(relation, models.ManyToOneRel):
            continue
        pointing, key = relation.related_model, relation.field
        if isinstance(key, models.ForeignKey):
            found.append(Relation(pointing, key, _rule(pointing, key)))
    return sorted(found, key=lambda each: each.label)


def _rule(model: type[models.Model], key: models.ForeignKey) -> MergeRule | None:
    declared = getattr(model, "MERGE", {}).get(key.name)
    if declared is None and model._meta.auto_created:
        others = [
            other.name
            for other in model._meta.concrete_fields
            if other.is_relation and other is not key
        ]
        return Keep(by=tuple(others))
    return declared


def hold_first(model: type[models.Model], ids: Sequence[int]) -> None:
    """Lock what others have locked when they come to lock these rows.

    Whoever writes on a ticket has it first, and its customer after that. A merge takes
    them in the same order: it waits, and nobody waits for each other.
    """
    held: dict[Any, models.Q] = {}
    for relation in relations_to(model):
        if isinstance(relation.rule, Move) and relation.rule.hold:
            name = relation.rule.hold
            is_itself = name == "pk"
            holder = relation.model._meta.get_field(name) if not is_itself else None
            target = holder.related_model if holder else relation.model
            rows = relation.model._base_manager.filter(
                **{f"{relation.key.name}__in": ids}
            )
            held.setdefault(target, models.Q())
            held[target] |= models.Q(pk__in=rows.values(name))
    for target, wanted in held.items():
        rows = target._base_manager.filter(wanted).order_by("pk")
        # Read to the end: a lock is taken when its row is.
        list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


@dataclass
class Merger:
    """One merge in progress; counts what moved and remembers what must follow."""

    moved: dict[str, int] = field(default_factory=dict)
    follow_ups: list[str] = field(default_factory=list)

    def merge(
        self,
        model: type[models.Model],
        pairs: Mapping[int, int],
        *,
        within: tuple[str, Sequence[int]] | None = None,
    ) -> None:
        """Send what points at each key of ``pairs`` to its value.

        The caller deletes or marks the duplicates afterwards.
        """
        for relation in relations_to(model):
            if relation.rule is None:
                raise ImproperlyConfigured(
                    f"{relation.label} has no merge rule. Add it to the model's MERGE."
                )
            if relation.rule.then and relation.rule.then not in self.follow_ups:
                self.follow_ups.append(relation.rule.then)
            self._apply(relation, pairs, within)

    def follow_up(self, survivor_id: int) -> None:
        """Let the rooms above put their derived values right."""
        for path in self.follow_ups:
            import_string(path)(survivor_id=survivor_id)

    def _apply(
        self,
        relation: Relation,
        pairs: Mapping[int, int],
        within: tuple[str, Sequence[int]] | None,
    ) -> None:
        rule = relation.rule
        if isinstance(rule, Stay):
            return
        sql = _Statements(relation, pairs, within)
        if isinstance(rule, Combine):
            sql.combine(rule)
            sql.drop_clashes(rule.by, rule.where)
        elif isinstance(rule, Keep):
            sql.drop_clashes(rule.by, rule.where)
        elif isinstance(rule, Whole):
            sql.drop_where_survivor_has_any()
        elif isinstance(rule, Join):
            same = sql.clashing_keys(rule.by)
            if same:
                shared = set(pairs) | set(pairs.values())
                confined = (rule.within, sorted(shared)) if rule.within else None
                self.merge(relation.model, same, within=confined)
                sql.delete_rows(list(same))
        count = sql.move()
        if count:
            self.moved[relation.label] = self.moved.get(relation.label, 0) + count


class _Statements:
    """The SQL for one relation. Names come from models, values are parameters."""

    def __init__(
        self,
        relation: Relation,
        pairs: Mapping[int, int],
        within: tuple[str, Sequence[int]] | None,
    ) -> None:
        meta = relation.model._meta
        self.meta = meta
        self.table = connection.ops.quote_name(meta.db_table)
        self.key = self._column(relation.key.name)
        self.pairs = "unnest(%(old)s::bigint[], %(new)s::bigint[]) AS m(old, new)"
        self.values: dict[str, Any] = {"old": list(pairs), "new": list(pairs.values())}
        self.near = ""
        if within and any(each.name == within[0] for each in meta.concrete_fields):
            column = self._column(within[0])
            self.near = f" AND {{row}}.{column} = ANY(%(near)s)"
            self.values["near"] = list(within[1])

    def move(self) -> int:
        names = {each.name for each in self.meta.concrete_fields}
        touched = ", updated_at = now()" if "updated_at" in names else ""
        return self._run(
            f"UPDATE {self.table} AS t SET {self.key} = m.new{touched} "
            f"FROM {self.pairs} "
            f"WHERE t.{self.key} = m.old{self._near('t')}"
        )

    def combine(self, rule: Combine) -> None:
        assigned = ", ".join(
            f"{connection.ops.quote_name(name)} = {expression}"
            for name, expression in rule.columns.items()
        )
        self._run(
            f"UPDATE {self.table} AS s SET {assigned} FROM {self.table} AS d, "
            f"{self.pairs} WHERE {self._clash(rule.by, rule.where)}"
        )

    def drop_clashes(self, by: Sequence[str], where: str) -> None:
        self._run(
            f"DELETE FROM {self.table} AS d USING {self.table} AS s, {self.pairs} "
            f"WHERE {self._clash(by, where)}"
        )

    def drop_where_survivor_has_any(self) -> None:
        self._run(
            f"DELETE FROM {self.table} AS d USING {self.pairs} "
            f"WHERE d.{self.key} = m.old AND EXISTS "
            f"(SELECT 1 FROM {self.table} s WHERE s.{self.key} = m.new)"
        )

    def clashing_keys(self, by: Sequence[str]) -> dict[int, int]:
        pk = self._column("pk")
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT d.{pk}, s.{pk} FROM {self.table} d, {self.table} s, "
                f"{self.pairs} WHERE {self._clash(by, '')}",
                self.values,
            )
            return dict(cursor.fetchall())

    def delete_rows(self, ids: Sequence[int]) -> None:
        pk = self._column("pk")
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self.table} WHERE {pk} = ANY(%s)", [list(ids)]
            )

    def _clash(self, by: Sequence[str], where: str) -> str:
        equal = "".join(
            f" AND d.{column} IS NOT DISTINCT FROM s.{column}"
            for column in map(self._column, by)
        )
        limits = "".join(f" AND ({where.format(row=row)})" for row in "sd" if where)
        rows = f"d.{self.key} = m.old AND s.{self.key} = m.new"
        return rows + equal + limits + self._near("d") + self._near("s")

    def _column(self, name: str) -> str:
        found = self.meta.pk if name == "pk" else self.meta.get_field(name)
        return connection.ops.quote_name(str(getattr(found, "column", "")))

    def _near(self, row: str) -> str:
        return self.near.format(row=row)

    def _run(self, sql: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, self.values)
            return cursor.rowcount
