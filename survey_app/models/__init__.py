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
from survey_app.models.drafts import Draft
from survey_app.models.payments import (
    Advance,
    Participation,
    SignedList,
    Substitution,
    Verdict,
)
from survey_app.models.people import Assignment, Capacity, Role, StoredSession, User, WrongTry
from survey_app.models.plan import IN_FORCE, PlanState, PlanVersion, QuotaCell, QuotaRule
from survey_app.models.posters import GuardCount, PlaceKind, Poster, SpentChallenge
from survey_app.models.rechecks import CallState, Recheck, RecheckCall
from survey_app.models.rosters import Contact, Draw, Person, Roster, RosterKind
from survey_app.models.scores import IndexResult, IndexRun, Round, RunState, Score
from survey_app.models.slips import Slip

__all__ = [
    "IN_FORCE",
    "Advance",
    "Assignment",
    "AuditEntry",
    "AuditHead",
    "Ballot",
    "CallState",
    "Campaign",
    "Capacity",
    "Channel",
    "Contact",
    "CriteriaVersion",
    "Draft",
    "Draw",
    "Entry",
    "EntrySource",
    "FormVersion",
    "GuardCount",
    "IndexResult",
    "IndexRun",
    "Participation",
    "Person",
    "PlaceKind",
    "PlanState",
    "PlanVersion",
    "Poster",
    "QuotaCell",
    "QuotaRule",
    "Recheck",
    "RecheckCall",
    "Role",
    "Roster",
    "RosterKind",
    "Round",
    "RunState",
    "Score",
    "Sheet",
    "SheetState",
    "SignedList",
    "Slip",
    "SpentChallenge",
    "State",
    "Status",
    "StoredSession",
    "Substitution",
    "Unit",
    "User",
    "Verdict",
    "WrongTry",
]
