"""Lists of people, draws, participations, substitutions, money and re-checks.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of the field beside the ballots."""
    op.create_table(
        "rechecks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=200), nullable=False),
        sa.Column("share", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("least_rate", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("frame_sha256", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "least_rate >= 0 AND least_rate <= 1", name=op.f("ck_rechecks_rate_is_a_share")
        ),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_rechecks_share_is_a_share")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_rechecks_campaign_id_campaigns")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rechecks")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_rechecks_campaign_id_number")),
    )
    with op.batch_alter_table("rechecks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rechecks_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "rosters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("group", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contacts_until", sa.Date(), nullable=False),
        sa.Column("contacts_deleted_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('people', 'transactions')", name=op.f("ck_rosters_kind_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_rosters_campaign_id_campaigns")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rosters")),
        sa.UniqueConstraint("campaign_id", "name", name=op.f("uq_rosters_campaign_id_name")),
    )
    with op.batch_alter_table("rosters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rosters_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "advances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.String(length=200), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("struck_out", sa.String(length=400), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_advances_amount_is_positive")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_advances_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advances")),
    )
    with op.batch_alter_table("advances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_advances_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "draws",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roster_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=True),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("seed", sa.String(length=200), nullable=False),
        sa.Column("frame_sha256", sa.String(length=64), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("released", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("released >= 0", name=op.f("ck_draws_released_not_negative")),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["rosters.id"], name=op.f("fk_draws_roster_id_rosters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draws")),
        sa.UniqueConstraint("roster_id", "number", name=op.f("uq_draws_roster_id_number")),
    )
    with op.batch_alter_table("draws", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draws_roster_id"), ["roster_id"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roster_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("office", sa.String(length=200), nullable=False),
        sa.Column("stratum", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("size IS NULL OR size > 0", name=op.f("ck_people_size_is_positive")),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["rosters.id"], name=op.f("fk_people_roster_id_rosters")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_people_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("roster_id", "key", name=op.f("uq_people_roster_id_key")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_roster_id"), ["roster_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "contacts",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_contacts_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_contacts")),
    )
    op.create_table(
        "participations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("enumerator_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("office", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("fee_vnd", sa.Integer(), nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("fee_vnd >= 0", name=op.f("ck_participations_fee_not_negative")),
        sa.ForeignKeyConstraint(
            ["enumerator_id"], ["users.id"], name=op.f("fk_participations_enumerator_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_participations_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["quota_rules.id"], name=op.f("fk_participations_rule_id_quota_rules")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_participations_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participations")),
        sa.UniqueConstraint(
            "rule_id", "unit_id", "line", name=op.f("uq_participations_rule_id_unit_id_line")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("participations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_participations_enumerator_id"), ["enumerator_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_participations_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participations_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "signed_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("explanations", sa.JSON(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "people >= 0 AND amount_vnd >= 0", name=op.f("ck_signed_lists_figures_not_negative")
        ),
        sa.CheckConstraint(
            "rule_id IS NOT NULL OR unit_id IS NOT NULL",
            name=op.f("ck_signed_lists_list_of_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["quota_rules.id"], name=op.f("fk_signed_lists_rule_id_quota_rules")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_signed_lists_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_lists")),
    )
    with op.batch_alter_table("signed_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signed_lists_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signed_lists_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "recheck_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recheck_id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("was_asked", sa.Boolean(), nullable=True),
        sa.Column("right_person", sa.Boolean(), nullable=True),
        sa.Column("was_paid", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("caller", sa.String(length=200), nullable=False),
        sa.Column("called_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "state = 'reached' "
            "OR (was_asked IS NULL AND right_person IS NULL AND was_paid IS NULL)",
            name=op.f("ck_recheck_calls_only_the_reached_answer"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'reached', 'not_reached', 'refused')",
            name=op.f("ck_recheck_calls_state_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participations.id"],
            name=op.f("fk_recheck_calls_participation_id_participations"),
        ),
        sa.ForeignKeyConstraint(
            ["recheck_id"], ["rechecks.id"], name=op.f("fk_recheck_calls_recheck_id_rechecks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck_calls")),
        sa.UniqueConstraint("recheck_id", "line", name=op.f("uq_recheck_calls_recheck_id_line")),
        sa.UniqueConstraint(
            "recheck_id",
            "participation_id",
            name=op.f("uq_recheck_calls_recheck_id_participation_id"),
        ),
    )
    with op.batch_alter_table("recheck_calls", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recheck_calls_recheck_id"), ["recheck_id"], unique=False
        )

    op.create_table(
        "substitutions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=False),
        sa.Column("planned", sa.String(length=64), nullable=False),
        sa.Column("actual", sa.String(length=64), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.CheckConstraint(
            "state = 'asked' OR decided_by <> ''", name=op.f("ck_substitutions_decision_has_a_name")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'granted', 'refused')", name=op.f("ck_substitutions_state_is_known")
        ),
        sa.CheckConstraint("places > 0", name=op.f("ck_substitutions_places_are_positive")),
        sa.CheckConstraint("planned <> actual", name=op.f("ck_substitutions_another_kind")),
        sa.ForeignKeyConstraint(
            ["cell_id"], ["quota_cells.id"], name=op.f("fk_substitutions_cell_id_quota_cells")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitutions")),
    )
    with op.batch_alter_table("substitutions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_substitutions_cell_id"), ["cell_id"], unique=False)


def downgrade() -> None:
    """Drop them; nothing else refers to them."""
    with op.batch_alter_table("substitutions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_substitutions_cell_id"))

    op.drop_table("substitutions")
    with op.batch_alter_table("recheck_calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recheck_calls_recheck_id"))

    op.drop_table("recheck_calls")
    with op.batch_alter_table("signed_lists", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signed_lists_unit_id"))
        batch_op.drop_index(batch_op.f("ix_signed_lists_rule_id"))

    op.drop_table("signed_lists")
    with op.batch_alter_table("participations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participations_unit_id"))
        batch_op.drop_index(batch_op.f("ix_participations_rule_id"))
        batch_op.drop_index(batch_op.f("ix_participations_enumerator_id"))

    op.drop_table("participations")
    op.drop_table("contacts")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_unit_id"))
        batch_op.drop_index(batch_op.f("ix_people_roster_id"))

    op.drop_table("people")
    with op.batch_alter_table("draws", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draws_roster_id"))

    op.drop_table("draws")
    with op.batch_alter_table("advances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_advances_unit_id"))

    op.drop_table("advances")
    with op.batch_alter_table("rosters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rosters_campaign_id"))

    op.drop_table("rosters")
    with op.batch_alter_table("rechecks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rechecks_campaign_id"))

    op.drop_table("rechecks")
