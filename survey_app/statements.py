"""Statements put together once: what the respondents' road asks of the database.

SQLAlchemy puts a statement together, looks up its compiled form and wraps its rows each time
it is executed, which costs more than SQLite needs to run it. A :class:`Prepared` statement is
written in Core like any other, compiled once per dialect, and then handed to the driver; only
``services.ballots`` and what it calls are busy enough to deserve it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as one dialect's driver takes it.

    ``converters`` belongs to the parameters by name and ``columns`` to those that come back
    and are not what Python expects, by place.
    """

    text: str
    fixed: Mapping[str, Any]
    places: tuple[str, ...] | None
    converters: tuple[tuple[str, Convert], ...]
    columns: tuple[tuple[int, Convert], ...]

    def parameters(self, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a tuple or a mapping, as the driver takes it
        values = {**self.fixed, **given}
        for name, convert in self.converters:
            values[name] = convert(values[name])
        return values if self.places is None else tuple([values[name] for name in self.places])


class Prepared:
    """One statement and its compiled forms; safe to share between threads.

    Parameters
    ----------
    statement
        Its parameters are ``bindparam``s; no list of them may vary in length.
    columns
        Of an insert: the columns given each time, by name.

    """

    def __init__(
        self, statement: Select[Any] | Insert | Update | Delete, columns: Iterable[str] = ()
    ) -> None:
        self._statement, self._names = statement, frozenset(columns)
        self._compiled: dict[str, _Compiled] = {}
        self._row: Any = None
        if isinstance(statement, Select):
            row: Any = namedtuple("Row", statement.selected_columns.keys())  # type: ignore[misc] # noqa: PYI024 - its fields are known here only
            self._row = row._make

    def first(self, connection: Connection, **given: Any) -> Any:  # noqa: ANN401 - a row of the statement
        """Return the first row by name and place, or None."""
        compiled = self._of(connection.dialect)
        found = _executed(connection, compiled, given, lambda cursor: cursor.fetchone())
        if found is None:
            return None
        row = list(found)
        for place, convert in compiled.columns:
            row[place] = convert(row[place])
        return self._row(row)

    def run(self, connection: Connection, **given: Any) -> int:  # noqa: ANN401 - as the columns take them
        """Change rows inside a transaction that has begun; return how many were changed."""
        if not connection.in_transaction():
            msg = "a prepared change needs a transaction: the driver would keep it at once"
            raise RuntimeError(msg)
        compiled = self._of(connection.dialect)
        return int(_executed(connection, compiled, given, lambda cursor: cursor.rowcount))

    def _of(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = self._compile(dialect)
        return compiled

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled = self._statement.compile(dialect=dialect, column_keys=list(self._names) or None)
        wanted = {name for name, bind in compiled.binds.items() if bind.required} | self._names
        state = compiled.construct_expanded_state(dict.fromkeys(wanted), escape_names=False)
        converters: dict[str, Convert] = dict(state.processors)
        for name in state.parameters.keys() - converters.keys():
            convert = _to_database(compiled.binds[name], dialect)
            if convert is not None:
                converters[name] = convert
        return _Compiled(
            text=state.statement,
            fixed={
                name: converters.get(name, _same)(value)
                for name, value in state.parameters.items()
                if name not in wanted
            },
            places=tuple(state.positiontup) if state.positiontup is not None else None,
            converters=tuple((name, converters[name]) for name in wanted & converters.keys()),
            columns=self._column_converters(dialect),
        )

    def _column_converters(self, dialect: Dialect) -> tuple[tuple[int, Convert], ...]:
        if not isinstance(self._statement, Select):
            return ()
        kinds = [column.type.dialect_impl(dialect) for column in self._statement.selected_columns]
        converters = [kind.result_processor(dialect, None) for kind in kinds]
        return tuple((place, convert) for place, convert in enumerate(converters) if convert)


def _executed(
    connection: Connection,
    compiled: _Compiled,
    given: Mapping[str, Any],
    take: Callable[[Any], Any],
) -> Any:  # noqa: ANN401 - what is taken from the cursor
    """Execute on the driver; a failure is raised as SQLAlchemy words it everywhere else."""
    dialect = connection.dialect
    with closing(connection.connection.cursor()) as cursor:
        try:
            cursor.execute(compiled.text, compiled.parameters(given))
            return take(cursor)
        except dialect.loaded_dbapi.Error as error:
            lost = dialect.is_disconnect(error, connection.connection, cursor)
            if lost:
                connection.invalidate(error)
            raise DBAPIError.instance(
                compiled.text,
                None,  # never what was sent
                error,
                dialect.loaded_dbapi.Error,
                connection_invalidated=lost,
                dialect=dialect,
            ) from error


def _to_database(bind: BindParameter[Any], dialect: Dialect) -> Convert | None:
    return bind.type.dialect_impl(dialect).bind_processor(dialect)


def _same(value: Any) -> Any:  # noqa: ANN401 - whatever it is
    return value
