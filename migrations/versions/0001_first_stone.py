"""The first stone: campaign, plan, slips, ballots, scores, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object", sa.String(length=255), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entries_hash")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_action"), ["action"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_there_is_one_head")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("short_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("opens", sa.Date(), nullable=False),
        sa.Column("closes", sa.Date(), nullable=False),
        sa.Column("assessed_from", sa.Date(), nullable=False),
        sa.Column("assessed_to", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("blueprint", sa.JSON(), nullable=False),
        sa.Column("blueprint_sha256", sa.String(length=64), nullable=False),
        sa.Column("confirmed_sha256", sa.String(length=64), nullable=True),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'planned', 'collecting', 'closed', 'appraising', "
            "'approved', 'published')",
            name=op.f("ck_campaigns_state_is_known"),
        ),
        sa.CheckConstraint(
            "assessed_from <= assessed_to", name=op.f("ck_campaigns_assessed_period_runs_forward")
        ),
        sa.CheckConstraint("opens <= closes", name=op.f("ck_campaigns_opens_before_it_closes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("short_code", name=op.f("uq_campaigns_short_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_campaigns_slug")),
    )
    op.create_table(
        "roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("permissions", sa.UnicodeText(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("name", name=op.f("uq_roles_name")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_expires"), ["expires"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_users_fs_uniquifier")),
    )
    op.create_table(
        "wrong_tries",
        sa.Column("mark", sa.String(length=48), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mark", "window", name=op.f("pk_wrong_tries")),
    )
    op.create_table(
        "criteria_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_criteria_versions_campaign_id_campaigns"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria_versions")),
    )
    with op.batch_alter_table("criteria_versions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_criteria_versions_campaign_id"), ["campaign_id"], unique=False
        )
        batch_op.create_index(
            "uq_criteria_versions_one_current_per_kind",
            ["campaign_id", "unit_kind"],
            unique=True,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )

    op.create_table(
        "form_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_form_versions_campaign_id_campaigns")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_versions")),
        sa.UniqueConstraint(
            "campaign_id", "code", "sha256", name=op.f("uq_form_versions_campaign_id_code_sha256")
        ),
    )
    with op.batch_alter_table("form_versions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_form_versions_campaign_id"), ["campaign_id"], unique=False
        )

    op.create_table(
        "index_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("frame_sha256", sa.String(length=64), nullable=False),
        sa.Column("scores_sha256", sa.String(length=64), nullable=False),
        sa.Column("criteria_sha256", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("code_version", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("result_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('computed', 'approved', 'published', 'superseded')",
            name=op.f("ck_index_runs_state_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_index_runs_campaign_id_campaigns")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["users.id"], name=op.f("fk_index_runs_person_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_runs")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_index_runs_campaign_id_number")),
    )
    with op.batch_alter_table("index_runs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_index_runs_campaign_id"), ["campaign_id"], unique=False
        )

    op.create_table(
        "plan_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'superseded')",
            name=op.f("ck_plan_versions_state_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_plan_versions_campaign_id_campaigns")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_versions")),
        sa.UniqueConstraint(
            "campaign_id", "number", name=op.f("uq_plan_versions_campaign_id_number")
        ),
    )
    with op.batch_alter_table("plan_versions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plan_versions_campaign_id"), ["campaign_id"], unique=False
        )

    op.create_table(
        "roles_users",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], name=op.f("fk_roles_users_role_id_roles")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_roles_users_user_id_users")
        ),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_roles_users")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("parent", sa.String(length=16), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor", sa.String(length=16), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_units_campaign_id_campaigns")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("campaign_id", "code", name=op.f("uq_units_campaign_id_code")),
    )
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_units_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "index_results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Numeric(precision=8, scale=3), nullable=True),
        sa.Column("max_points", sa.Numeric(precision=8, scale=3), nullable=True),
        sa.Column("index", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("band", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["index_runs.id"], name=op.f("fk_index_results_run_id_index_runs")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_index_results_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_results")),
        sa.UniqueConstraint("run_id", "unit_id", name=op.f("uq_index_results_run_id_unit_id")),
    )
    with op.batch_alter_table("index_results", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_index_results_run_id"), ["run_id"], unique=False)

    op.create_table(
        "quota_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("group", sa.String(length=64), nullable=False),
        sa.Column("unit_kind", sa.String(length=32), nullable=False),
        sa.Column("per_unit", sa.Integer(), nullable=False),
        sa.Column("design", sa.String(length=20), nullable=False),
        sa.Column("fee_vnd", sa.Integer(), nullable=False),
        sa.Column("top_up_from", sa.String(length=64), nullable=True),
        sa.Column("clause", sa.String(length=64), nullable=False),
        sa.Column("wording", sa.String(length=600), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "design IN ('own', 'cross')", name=op.f("ck_quota_rules_design_is_known")
        ),
        sa.CheckConstraint("fee_vnd >= 0", name=op.f("ck_quota_rules_fee_is_not_negative")),
        sa.CheckConstraint("per_unit > 0", name=op.f("ck_quota_rules_per_unit_is_positive")),
        sa.ForeignKeyConstraint(
            ["plan_version_id"],
            ["plan_versions.id"],
            name=op.f("fk_quota_rules_plan_version_id_plan_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_rules")),
        sa.UniqueConstraint(
            "plan_version_id", "code", name=op.f("uq_quota_rules_plan_version_id_code")
        ),
    )
    with op.batch_alter_table("quota_rules", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_quota_rules_plan_version_id"), ["plan_version_id"], unique=False
        )

    op.create_table(
        "scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("criteria_version_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=16), nullable=False),
        sa.Column("round", sa.String(length=20), nullable=False),
        sa.Column("points", sa.Numeric(precision=8, scale=3), nullable=True),
        sa.Column("max_points", sa.Numeric(precision=8, scale=3), nullable=False),
        sa.Column("not_applicable", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.String(length=2000), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "round IN ('self', 'round_1', 'explained', 'round_2', 'imported')",
            name=op.f("ck_scores_round_is_known"),
        ),
        sa.CheckConstraint(
            "not_applicable OR points IS NOT NULL", name=op.f("ck_scores_score_has_points")
        ),
        sa.CheckConstraint(
            "points >= 0 AND points <= max_points", name=op.f("ck_scores_points_within_maximum")
        ),
        sa.CheckConstraint(
            "revision = 1 OR coalesce(length(reason), 0) > 0",
            name=op.f("ck_scores_changed_score_has_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["criteria_version_id"],
            ["criteria_versions.id"],
            name=op.f("fk_scores_criteria_version_id_criteria_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["users.id"], name=op.f("fk_scores_person_id_users")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_scores_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
    )
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scores_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_scores_one_current_per_unit_criterion_round",
            ["unit_id", "criterion", "round"],
            unique=True,
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )

    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "capacity IN ('keys', 'belongs')", name=op.f("ck_assignments_capacity_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["quota_rules.id"], name=op.f("fk_assignments_rule_id_quota_rules")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_assignments_unit_id_units")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_assignments_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint(
            "user_id",
            "unit_id",
            "rule_id",
            "capacity",
            name=op.f("uq_assignments_user_id_unit_id_rule_id_capacity"),
        ),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignments_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignments_user_id"), ["user_id"], unique=False)

    op.create_table(
        "quota_cells",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "accepted BETWEEN 0 AND target", name=op.f("ck_quota_cells_accepted_within_target")
        ),
        sa.CheckConstraint("issued >= 0", name=op.f("ck_quota_cells_issued_not_negative")),
        sa.CheckConstraint("returned >= 0", name=op.f("ck_quota_cells_returned_not_negative")),
        sa.CheckConstraint("target >= 0", name=op.f("ck_quota_cells_target_not_negative")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["quota_rules.id"], name=op.f("fk_quota_cells_rule_id_quota_rules")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_quota_cells_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_cells")),
        sa.UniqueConstraint("rule_id", "unit_id", name=op.f("uq_quota_cells_rule_id_unit_id")),
    )
    with op.batch_alter_table("quota_cells", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quota_cells_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quota_cells_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=8), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("printed_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("void_reason", sa.String(length=400), nullable=True),
        sa.CheckConstraint(
            "state <> 'void' OR coalesce(length(void_reason), 0) > 0",
            name=op.f("ck_sheets_void_sheet_has_a_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('printed', 'settled', 'void')", name=op.f("ck_sheets_state_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_sheets_campaign_id_campaigns")
        ),
        sa.ForeignKeyConstraint(
            ["form_version_id"],
            ["form_versions.id"],
            name=op.f("fk_sheets_form_version_id_form_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["quota_rules.id"], name=op.f("fk_sheets_rule_id_quota_rules")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_sheets_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheets")),
        sa.UniqueConstraint("campaign_id", "serial", name=op.f("uq_sheets_campaign_id_serial")),
    )
    with op.batch_alter_table("sheets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sheets_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sheets_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "slips",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("printed_on", sa.Date(), nullable=True),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_reason", sa.String(length=400), nullable=True),
        sa.CheckConstraint("begun OR NOT used", name=op.f("ck_slips_used_slip_was_begun")),
        sa.CheckConstraint(
            "revoked_on IS NULL OR coalesce(length(revoked_reason), 0) > 0",
            name=op.f("ck_slips_revoked_slip_has_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_slips_campaign_id_campaigns")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["quota_rules.id"], name=op.f("fk_slips_rule_id_quota_rules")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_slips_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slips")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_slips_campaign_id_number")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_slips_code_hash")),
    )
    with op.batch_alter_table("slips", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slips_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_slips_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "ballots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rater", sa.String(length=32), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("submission_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "channel IN ('online', 'paper')", name=op.f("ck_ballots_channel_is_known")
        ),
        sa.CheckConstraint(
            "status = 'counted' OR coalesce(length(reason), 0) > 0",
            name=op.f("ck_ballots_ballot_left_out_has_a_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('counted', 'over_target', 'set_aside', 'invalid', 'excluded')",
            name=op.f("ck_ballots_status_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["cell_id"], ["quota_cells.id"], name=op.f("fk_ballots_cell_id_quota_cells")
        ),
        sa.ForeignKeyConstraint(
            ["form_version_id"],
            ["form_versions.id"],
            name=op.f("fk_ballots_form_version_id_form_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_ballots_submission_key")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("ballots", schema=None) as batch_op:
        batch_op.create_index("ix_ballots_cell_status", ["cell_id", "status"], unique=False)
        batch_op.create_index("ix_ballots_rater", ["rater"], unique=False)

    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("ballot_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('key1', 'key2', 'scan', 'online')", name=op.f("ck_entries_source_is_known")
        ),
        sa.CheckConstraint(
            "revision = 1 OR coalesce(length(reason), 0) > 0",
            name=op.f("ck_entries_correction_has_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_entries_ballot_id_ballots")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["users.id"], name=op.f("fk_entries_person_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["sheets.id"], name=op.f("fk_entries_sheet_id_sheets")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_entries_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint(
            "sheet_id", "unit_id", "revision", name=op.f("uq_entries_sheet_id_unit_id_revision")
        ),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entries_sheet_id"), ["sheet_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entries_sheet_id"))

    op.drop_table("entries")
    with op.batch_alter_table("ballots", schema=None) as batch_op:
        batch_op.drop_index("ix_ballots_rater")
        batch_op.drop_index("ix_ballots_cell_status")

    op.drop_table("ballots")
    with op.batch_alter_table("slips", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slips_unit_id"))
        batch_op.drop_index(batch_op.f("ix_slips_rule_id"))

    op.drop_table("slips")
    with op.batch_alter_table("sheets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sheets_unit_id"))
        batch_op.drop_index(batch_op.f("ix_sheets_rule_id"))

    op.drop_table("sheets")
    with op.batch_alter_table("quota_cells", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quota_cells_unit_id"))
        batch_op.drop_index(batch_op.f("ix_quota_cells_rule_id"))

    op.drop_table("quota_cells")
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignments_user_id"))
        batch_op.drop_index(batch_op.f("ix_assignments_unit_id"))

    op.drop_table("assignments")
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_scores_one_current_per_unit_criterion_round",
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )
        batch_op.drop_index(batch_op.f("ix_scores_unit_id"))

    op.drop_table("scores")
    with op.batch_alter_table("quota_rules", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quota_rules_plan_version_id"))

    op.drop_table("quota_rules")
    with op.batch_alter_table("index_results", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_index_results_run_id"))

    op.drop_table("index_results")
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_units_campaign_id"))

    op.drop_table("units")
    op.drop_table("roles_users")
    with op.batch_alter_table("plan_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_versions_campaign_id"))

    op.drop_table("plan_versions")
    with op.batch_alter_table("index_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_index_runs_campaign_id"))

    op.drop_table("index_runs")
    with op.batch_alter_table("form_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_versions_campaign_id"))

    op.drop_table("form_versions")
    with op.batch_alter_table("criteria_versions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_criteria_versions_one_current_per_kind",
            sqlite_where=sa.text("current"),
            postgresql_where=sa.text("current"),
        )
        batch_op.drop_index(batch_op.f("ix_criteria_versions_campaign_id"))

    op.drop_table("criteria_versions")
    op.drop_table("wrong_tries")
    op.drop_table("users")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_expires"))

    op.drop_table("sessions")
    op.drop_table("roles")
    op.drop_table("campaigns")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_action"))

    op.drop_table("audit_entries")
