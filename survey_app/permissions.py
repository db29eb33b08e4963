"""What each role may do.

Every route declares one :class:`Permission` (``views.access.needs``) or says that it is
public; ``survey_app.create_app`` refuses to start when one does neither. Which units a
person sees inside a permission is decided by ``services.scope``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """One thing a member of staff may be allowed to do."""

    CAMPAIGN_VIEW = "campaign.view"
    CAMPAIGN_EDIT = "campaign.edit"
    SLIPS = "slips"
    PRINT_FORMS = "forms.print"
    ASSIGN = "assign"
    KEY = "key"
    FIELD_VIEW = "field.view"
    ROSTERS = "rosters"
    PARTICIPATION = "participation"
    PAY = "pay"
    RECHECK = "recheck"
    BALLOTS_DECIDE = "ballots.decide"
    CRITERIA_EDIT = "criteria.edit"
    SCORES_VIEW = "scores.view"
    SCORES_IMPORT = "scores.import"
    INDEX_RUN = "index.run"
    INDEX_VIEW = "index.view"
    EXPORT_PUBLIC = "export.public"
    EXPORT_COUNCIL = "export.council"
    USERS = "users"
    AUDIT_VIEW = "audit.view"
    BACKUP = "backup"


P = Permission

ROLES: Final[dict[str, frozenset[Permission]]] = {
    "administrator": frozenset(
        {P.CAMPAIGN_VIEW, P.CAMPAIGN_EDIT, P.USERS, P.ASSIGN, P.AUDIT_VIEW, P.BACKUP}
    ),
    "coordinator": frozenset(
        {
            P.CAMPAIGN_VIEW,
            P.CAMPAIGN_EDIT,
            P.SLIPS,
            P.PRINT_FORMS,
            P.ASSIGN,
            P.KEY,
            P.FIELD_VIEW,
            P.BALLOTS_DECIDE,
            P.ROSTERS,
            P.PARTICIPATION,
            P.PAY,
            P.RECHECK,
            P.SCORES_VIEW,
            P.INDEX_VIEW,
            P.EXPORT_PUBLIC,
        }
    ),
    "enumerator": frozenset({P.KEY, P.PARTICIPATION}),
    "analyst": frozenset(
        {
            P.CAMPAIGN_VIEW,
            P.FIELD_VIEW,
            P.CRITERIA_EDIT,
            P.SCORES_VIEW,
            P.SCORES_IMPORT,
            P.INDEX_RUN,
            P.INDEX_VIEW,
            P.EXPORT_PUBLIC,
            P.EXPORT_COUNCIL,
        }
    ),
    "viewer": frozenset({P.CAMPAIGN_VIEW, P.FIELD_VIEW, P.INDEX_VIEW, P.EXPORT_PUBLIC}),
}

ROLE_LABELS: Final = {
    "administrator": ("Quản trị", "Administrator"),
    "coordinator": ("Điều phối", "Coordinator"),
    "enumerator": ("Điều tra viên", "Enumerator"),
    "analyst": ("Phân tích", "Analyst"),
    "viewer": ("Người xem", "Viewer"),
}
