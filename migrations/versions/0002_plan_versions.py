"""Versions of a plan keep their definition, and who proposed or gave them up, and why.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTS = ("units", "groups", "rules", "stated_totals")
BEFORE = "state IN ('draft', 'approved', 'superseded')"
AFTER = "state IN ('draft', 'proposed', 'approved', 'superseded', 'withdrawn')"
WORDS = {"reason": 400, "author": 200, "withdrawn_by": 200, "withdrawn_why": 400}
"""Columns of words that are added, and their longest."""
ONE = {"in_force": "state IN ('draft', 'approved')", "proposed": "state = 'proposed'"}


def upgrade() -> None:
    """Add the columns and fill them from the campaigns the versions belong to."""
    with op.batch_alter_table("plan_versions") as batch:
        batch.add_column(sa.Column("definition", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("sha256", sa.String(length=64), nullable=True))
        for name, length in WORDS.items():
            batch.add_column(
                sa.Column(name, sa.String(length=length), nullable=False, server_default="")
            )
        batch.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    _fill()
    with op.batch_alter_table("plan_versions") as batch:
        batch.alter_column("definition", existing_type=sa.JSON(), nullable=False)
        batch.alter_column("sha256", existing_type=sa.String(length=64), nullable=False)
        for name, length in WORDS.items():
            batch.alter_column(name, existing_type=sa.String(length=length), server_default=None)
        batch.drop_constraint(op.f("ck_plan_versions_state_is_known"), type_="check")
        batch.create_check_constraint(op.f("ck_plan_versions_state_is_known"), AFTER)
        batch.create_check_constraint(
            op.f("ck_plan_versions_amendment_has_a_reason"), "number = 1 OR reason <> ''"
        )
        batch.create_check_constraint(
            op.f("ck_plan_versions_withdrawal_has_a_reason"),
            "state <> 'withdrawn' OR (withdrawn_at IS NOT NULL AND withdrawn_why <> '')",
        )
    for name, condition in ONE.items():
        op.create_index(
            f"uq_plan_versions_one_{name}",
            "plan_versions",
            ["campaign_id"],
            unique=True,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )


def downgrade() -> None:
    """Forget what a version says; the rules and cells of the one in force stay."""
    for name in ONE:
        op.drop_index(f"uq_plan_versions_one_{name}", table_name="plan_versions")
    op.execute(
        "UPDATE plan_versions SET state = 'superseded' WHERE state IN ('proposed', 'withdrawn')"
    )
    with op.batch_alter_table("plan_versions") as batch:
        batch.drop_constraint(op.f("ck_plan_versions_withdrawal_has_a_reason"), type_="check")
        batch.drop_constraint(op.f("ck_plan_versions_amendment_has_a_reason"), type_="check")
        batch.drop_constraint(op.f("ck_plan_versions_state_is_known"), type_="check")
        batch.create_check_constraint(op.f("ck_plan_versions_state_is_known"), BEFORE)
        for column in (*WORDS, "withdrawn_at", "sha256", "definition"):
            batch.drop_column(column)


def _fill() -> None:
    versions = sa.table(
        "plan_versions",
        sa.column("id", sa.Integer),
        sa.column("campaign_id", sa.Integer),
        sa.column("definition", sa.JSON),
        sa.column("sha256", sa.String),
        sa.column("number", sa.Integer),
        sa.column("reason", sa.String),
    )
    campaigns = sa.table("campaigns", sa.column("id", sa.Integer), sa.column("blueprint", sa.JSON))
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(versions.c.id, versions.c.number, campaigns.c.blueprint).join_from(
            versions, campaigns, versions.c.campaign_id == campaigns.c.id
        )
    ).all()
    for row in rows:
        part = {name: row.blueprint[name] for name in PARTS}
        text = json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        connection.execute(
            sa.update(versions)
            .where(versions.c.id == row.id)
            .values(
                definition=part,
                sha256=hashlib.sha256(text.encode()).hexdigest(),
                reason="" if row.number == 1 else "(không ghi)",
            )
        )
