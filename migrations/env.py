"""How a migration reaches the database: through the app that is being migrated.

``cchc db upgrade`` (Flask-Migrate) runs it; constraints keep the names the models give.
"""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Engine

from survey_app import models  # noqa: F401 - fills the metadata
from survey_app.extensions import Model


def _engine() -> Engine:
    return current_app.extensions["migrate"].db.engine  # type: ignore[no-any-return]  # the library is untyped


def _run(connection: Connection) -> None:
    """Migrate in one transaction per step.

    SQLite changes a table by copying it, so its foreign keys are off meanwhile and looked
    through afterwards. The switch works outside a transaction only: on the bare driver.
    """
    driver = (
        connection.connection.driver_connection if connection.dialect.name == "sqlite" else None
    )
    if driver is not None:
        driver.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if driver is not None:
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        driver.execute("PRAGMA foreign_keys=ON")
        if broken:
            msg = f"rows that refer to nothing after the migration: {broken[:10]}"
            raise RuntimeError(msg)


with _engine().connect().execution_options(writes=True) as live:
    _run(live)
