"""Every table, in the order of the work: campaign, plan, slips, collection, scores, audit.

Import models from here. What can never be true is a named constraint of its table.
"""

from survey_app.models.audit import AuditEntry, AuditHead
from survey_app.models.campaign import Campaign, CriteriaVersion, FormVersion, State, Unit
from survey_app.models.collection import (
    Ballot,
    Channel,
    Entry,
    EntrySource,
    Sheet,
    SheetState,
    Status,
)
from survey_app.models.people import Assignment, Capacity, Role, StoredSession, User, WrongTry
from survey_app.models.plan import IN_FORCE, PlanState, PlanVersion, QuotaCell, QuotaRule
from survey_app.models.scores import IndexResult, IndexRun, Round, RunState, Score
from survey_app.models.slips import Slip

__all__ = [
    "IN_FORCE",
    "Assignment",
    "AuditEntry",
    "AuditHead",
    "Ballot",
    "Campaign",
    "Capacity",
    "Channel",
    "CriteriaVersion",
    "Entry",
    "EntrySource",
    "FormVersion",
    "IndexResult",
    "IndexRun",
    "PlanState",
    "PlanVersion",
    "QuotaCell",
    "QuotaRule",
    "Role",
    "Round",
    "RunState",
    "Score",
    "Sheet",
    "SheetState",
    "Slip",
    "State",
    "Status",
    "StoredSession",
    "Unit",
    "User",
    "WrongTry",
]
