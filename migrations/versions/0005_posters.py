"""Places where anybody may answer, the place of a ballot, and what guards them.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEYED = {"sqlite_with_rowid": False}
"""SQLite keeps ballots in the order of their random keys; a copied table must stay so."""

BEFORE = "channel IN ('online', 'paper')"
AFTER = "channel IN ('online', 'paper', 'poster', 'kiosk')"
PLACED = "(channel IN ('poster', 'kiosk')) = (poster_id IS NOT NULL)"
OF_A_PLACE = sa.text("poster_id IS NOT NULL")


def upgrade() -> None:
    """Add the places and their guards; ballots learn where they came from."""
    op.create_table(
        "posters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("per_address", sa.Integer(), nullable=False),
        sa.Column("burst", sa.Integer(), nullable=False),
        sa.Column("same_answers", sa.Integer(), nullable=False),
        sa.Column("seconds_per_item", sa.Integer(), nullable=False),
        sa.Column("night_from", sa.Integer(), nullable=False),
        sa.Column("night_to", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_reason", sa.String(length=400), nullable=True),
        sa.CheckConstraint("kind IN ('poster', 'kiosk')", name=op.f("ck_posters_kind_is_known")),
        sa.CheckConstraint("per_day > 0", name=op.f("ck_posters_per_day_is_positive")),
        sa.CheckConstraint("per_address > 0", name=op.f("ck_posters_per_address_is_positive")),
        sa.CheckConstraint(
            "burst >= 0 AND same_answers >= 0 AND seconds_per_item >= 0",
            name=op.f("ck_posters_guards_are_not_negative"),
        ),
        sa.CheckConstraint(
            "night_from BETWEEN 0 AND 23 AND night_to BETWEEN 0 AND 23",
            name=op.f("ck_posters_hours_are_of_a_day"),
        ),
        sa.CheckConstraint(
            "(kind = 'kiosk') = (secret_hash IS NOT NULL)",
            name=op.f("ck_posters_only_a_kiosk_has_a_secret"),
        ),
        sa.CheckConstraint(
            "closed_on IS NULL OR coalesce(length(closed_reason), 0) > 0",
            name=op.f("ck_posters_closed_place_has_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_posters_campaign_id_campaigns")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["quota_rules.id"], name=op.f("fk_posters_rule_id_quota_rules")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_posters_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posters")),
        sa.UniqueConstraint("number", name=op.f("uq_posters_number")),
    )
    for column in ("campaign_id", "rule_id", "unit_id"):
        op.create_index(op.f(f"ix_posters_{column}"), "posters", [column])
    op.create_table(
        "spent_challenges",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_spent_challenges")),
        **KEYED,
    )
    op.create_table(
        "guard_counts",
        sa.Column("mark", sa.String(length=48), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_guard_counts")),
        **KEYED,
    )
    with op.batch_alter_table("ballots", table_kwargs=KEYED) as batch:
        batch.add_column(sa.Column("poster_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("flags", sa.String(length=60), nullable=True))
        batch.create_foreign_key(
            op.f("fk_ballots_poster_id_posters"), "posters", ["poster_id"], ["id"]
        )
        batch.drop_constraint(op.f("ck_ballots_channel_is_known"), type_="check")
        batch.create_check_constraint(op.f("ck_ballots_channel_is_known"), AFTER)
        batch.create_check_constraint(op.f("ck_ballots_only_a_place_has_a_poster"), PLACED)
    op.create_index(
        "ix_ballots_poster",
        "ballots",
        ["poster_id", "received_on"],
        sqlite_where=OF_A_PLACE,
        postgresql_where=OF_A_PLACE,
    )


def downgrade() -> None:
    """Forget the places; their ballots stay and are called online ones."""
    op.drop_index("ix_ballots_poster", table_name="ballots")
    with op.batch_alter_table("ballots", table_kwargs=KEYED) as batch:
        batch.drop_constraint(op.f("ck_ballots_only_a_place_has_a_poster"), type_="check")
        batch.drop_constraint(op.f("fk_ballots_poster_id_posters"), type_="foreignkey")
        batch.drop_column("poster_id")
        batch.drop_column("flags")
    op.execute("UPDATE ballots SET channel = 'online' WHERE channel IN ('poster', 'kiosk')")
    with op.batch_alter_table("ballots", table_kwargs=KEYED) as batch:
        batch.drop_constraint(op.f("ck_ballots_channel_is_known"), type_="check")
        batch.create_check_constraint(op.f("ck_ballots_channel_is_known"), BEFORE)
    op.drop_table("guard_counts")
    op.drop_table("spent_challenges")
    op.drop_table("posters")
