"""The vocabulary of the field: forms, plans and criteria sets as frozen values.

Three trees stand side by side and meet by code:

* a :class:`Questionnaire` says what is asked (sections of questions on scales);
* a :class:`Campaign` says of whom and about which unit (quota rules, units, groups);
* a :class:`CriteriaSet` says what an answer counts for (a tree of criteria with points).

Files are read by ``questionnaires.loader`` and judged by ``questionnaires.checks``; rules
meet units in ``sampling.quotas``; answers become points in ``analysis.scores``. Words are
those of the plan (see the glossary in ``README.md``): codes are identifiers and stay as
printed, labels belong to people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Final

NO_OPINION: Final = "9"
"""Code of "Không biết / không có ý kiến" on every scale; counted nowhere."""

BLANK: Final = "."
"""Keyed for a question left empty on paper; counted nowhere."""

UNREADABLE: Final = "/"
"""Keyed for a question with two marks or an unreadable one; counted nowhere."""

PROFILE_MINIMUM: Final = 10
"""People a rule needs before it may ask profile items (design, promise 4). [persons]"""


class Design(StrEnum):
    """Who answers about a unit."""

    OWN = "own"
    """Each unit has its own people."""
    CROSS = "cross"
    """The same people rate every unit."""


class Kind(StrEnum):
    """How a question is answered."""

    SCALE = "scale"
    """One choice of a scale; scored when the question names a criterion."""
    SINGLE = "single"
    """One choice of a list of its own; never scored."""
    TEXT = "text"
    """Free text; never scored, never published."""


class Source(StrEnum):
    """Where the points of a criterion come from (design, section 5)."""

    SELF = "self"
    """Self-scored with evidence, then appraised."""
    SURVEY = "survey"
    """The mean of survey answers tied to it."""
    IMPORTED = "imported"
    """Given by an institute or another campaign."""


class NotApplicable(StrEnum):
    """What happens when a criterion does not apply to a unit."""

    EXCLUDE = "exclude"
    """It leaves both sums: points reached and points possible."""
    FULL = "full"
    """The unit receives the maximum."""
    REFUSE = "refuse"
    """It always applies; nobody may declare it not applicable."""


class GroupWeights(StrEnum):
    """How the means of respondent groups are joined into one (design, section 5)."""

    BY_FORM = "by_form"
    EQUAL = "equal"
    POOLED = "pooled"
    EXPLICIT = "explicit"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Vietnamese and English, and in any further language of a form file."""

    vi: str
    en: str
    others: Mapping[str, str] = field(default_factory=dict)

    def in_language(self, language: str) -> str:
        """Return the sentence in ``language``, or in Vietnamese where it is missing."""
        if language == "en":
            return self.en
        return self.others.get(language, self.vi)

    def __str__(self) -> str:
        return self.vi


# --- what is asked -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be ticked.

    Attributes
    ----------
    code
        One digit, printed at the box and keyed by the enumerator.
    label
        What the respondent reads.
    percent
        Share of full marks it earns, or None when it is counted nowhere. [0-100]

    """

    code: str
    label: Text
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Choices in printed order; on a scored scale the last one is "no opinion"."""

    code: str
    choices: tuple[Choice, ...]

    def percent_of(self, code: str) -> Decimal | None:
        """Percent of full marks of one code; None when it is counted nowhere."""
        return next((choice.percent for choice in self.choices if choice.code == code), None)

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes in printed order."""
        return tuple(choice.code for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the form.

    Attributes
    ----------
    code
        Unique in the form, as printed (``Q01``, ``P1``).
    scale
        The choices; None for free text.
    criterion
        Code of the survey criterion its answers count for; None when unscored.
    rules
        Codes of the quota rules that are asked it; empty means every rule of the form.
    required
        Whether a respondent online must answer it ("no opinion" is an answer).

    """

    code: str
    label: Text
    kind: Kind
    scale: Scale | None = None
    criterion: str | None = None
    rules: tuple[str, ...] = ()
    required: bool = True
    hint: Text | None = None

    @property
    def scored(self) -> bool:
        """Whether its answers become points."""
        return self.criterion is not None

    def asked_in(self, rule: str) -> bool:
        """Whether the people of quota rule ``rule`` are asked it."""
        return not self.rules or rule in self.rules


@dataclass(frozen=True, slots=True)
class Section:
    """Four to six questions on one scale under one heading.

    ``profile`` marks questions about the person rather than the unit: they are asked once
    per person and only in rules with at least ``PROFILE_MINIMUM`` people.
    """

    code: str
    title: Text
    questions: tuple[Question, ...]
    profile: bool = False


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A form such as CH1 or CX4, in the order of the paper."""

    code: str
    title: Text
    intro: Text
    sections: tuple[Section, ...]
    sample: bool = True
    """True when the text is ours and not an official form ("mẫu minh hoạ")."""
    languages: Mapping[str, str] = field(default_factory=dict)
    """Names its file gives to languages, by code; see ``questionnaires.languages``."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in printed order."""
        return tuple(question for section in self.sections for question in section.questions)

    def asked_of(self, rule: QuotaRule) -> Questionnaire:
        """Return the form as the people of one rule see it.

        Items for other rules are left out, and the profile too where the rule has fewer
        than ``PROFILE_MINIMUM`` people (design, promise 4).
        """
        sections = []
        for section in self.sections:
            if section.profile and not rule.may_ask_profile:
                continue
            asked = tuple(q for q in section.questions if q.asked_in(rule.code))
            if asked:
                sections.append(
                    Section(section.code, section.title, asked, profile=section.profile)
                )
        return replace(self, sections=tuple(sections))

    @property
    def profile_questions(self) -> tuple[Question, ...]:
        """Questions about the person."""
        return tuple(q for section in self.sections if section.profile for q in section.questions)

    @property
    def unit_questions(self) -> tuple[Question, ...]:
        """Questions about the assessed unit."""
        return tuple(
            q for section in self.sections if not section.profile for q in section.questions
        )

    @property
    def scored_questions(self) -> tuple[Question, ...]:
        """Questions whose answers become points."""
        return tuple(question for question in self.questions if question.scored)


# --- of whom, about which unit -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unit:
    """An office that is assessed.

    ``code`` is printed on slips and stands in the address (``P04``, ``X17``); ``kind``
    decides which quota rules and which criteria set apply. ``population`` in persons.
    """

    code: str
    name: str
    kind: str
    parent: str | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Respondents who are asked together (đối tượng điều tra)."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class Office:
    """An office that takes part without being assessed.

    Attributes
    ----------
    code, name
        ``code`` is unlike that of any unit; ``name`` is what criteria call their ``owner``.
    groups
        Codes of the groups whose people it sends to answer; empty where it only looks
        after a component.

    """

    code: str
    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One step down of a draw in stages, from districts to the people of a household list.

    Attributes
    ----------
    label
        What is taken (``xã, phường``).
    taken
        Taken in each unit of the stage before.
    listed
        Names on the list they are drawn from; None where all there are stand on it.

    """

    label: Text
    taken: int
    listed: int | None = None


@dataclass(frozen=True, slots=True)
class QuotaRule:
    """One line of the written plan.

    Attributes
    ----------
    code
        Unique and printed (``CX1-HD``); one form may have several rules.
    clause, wording
        Where the line stands in the plan, and the line itself in the plan's own words.
    form, group, unit_kind
        Codes: what is asked, of whom, about which kind of unit.
    per_unit
        Ballots wanted about each unit that ``targets`` does not name. [ballots]
    design
        ``own``: each unit has its own people; ``cross``: the same people rate them all.
    fee_vnd
        Paid to the respondent for one ballot. [VND]
    top_up_from
        Group that fills places its own group cannot (plan II.2.2b), or None.
    stated_total
        Ballots the plan itself prints for this line. [ballots]
    targets
        Ballots wanted about single units, by code; 0 leaves the unit out. Only ``own``
        rules may differ from unit to unit. [ballots]
    stages
        How its people are drawn, widest stage first; empty where nobody is drawn.
    populations
        People of the group there are for single units, where the office has counted them; a
        ``cross`` rule has the same number for all. [persons]

    """

    code: str
    clause: str
    wording: str
    form: str
    group: str
    unit_kind: str
    per_unit: int
    design: Design
    stated_total: int
    fee_vnd: int = 0
    top_up_from: str | None = None
    targets: Mapping[str, int] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    populations: Mapping[str, int] = field(default_factory=dict)

    def target_of(self, unit: str) -> int:
        """Ballots wanted about one unit. [ballots]."""
        return self.targets.get(unit, self.per_unit)

    @property
    def may_ask_profile(self) -> bool:
        """Whether enough people answer for profile items not to point at one of them."""
        asked = [target for target in self.targets.values() if target]
        return min([self.per_unit, *asked]) >= PROFILE_MINIMUM


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """A subtotal as the plan prints it; the rules it names must add up to it. In ballots."""

    label: str
    rules: tuple[str, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the plan's timetable (tiến độ thực hiện).

    Attributes
    ----------
    code, title
        Number and words of the row.
    wording
        When, in the plan's own words; "trước ngày 15/12/2024" makes 14/12 the last full day.
    lead, partners
        Who does it, and who helps (chủ trì, phối hợp).
    starts, due
        First and last full day; None where the plan names none.

    """

    code: str
    title: Text
    wording: str
    lead: str
    partners: tuple[str, ...] = ()
    starts: date | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A class of results (xếp loại): reached from ``minimum`` percent on."""

    label: str
    minimum: Decimal


@dataclass(frozen=True, slots=True)
class Settings:
    """Every choice that moves a number; shown and confirmed when a campaign opens.

    Attributes
    ----------
    group_weights
        How group means are joined; ``explicit`` reads ``explicit_weights``.
    explicit_weights
        Weight of each quota rule, any positive numbers; used with ``explicit`` only.
    valid_share
        Scored questions a paper ballot must answer to be valid. [0-1]
    no_contact_fills_place
        Whether "năm qua tôi không làm việc với đơn vị này" takes a place of the quota.
    rounding, decimals
        ``criterion``: points are rounded half up to ``decimals`` before they are added.
    rank_on, ties
        ``printed`` or ``unrounded`` values; ``min`` gives 1, 2, 2, 4 and ``dense`` 1, 2, 2, 3.
    k_mean, k_distribution
        People a published mean and a published distribution need. [persons]
    fee_basis
        ``returned``: every ballot is paid; ``valid``: only counted ones.
    satisfaction
        Which definition is official: ``top2_share`` or ``mean_percent``.
    index_cap
        Ceiling of the index after bonus and penalty, or None. [percent]
    no_opinion_warning
        Share of "no opinion" from which a question is warned about. [0-1]

    """

    group_weights: GroupWeights = GroupWeights.BY_FORM
    explicit_weights: Mapping[str, Decimal] = field(default_factory=dict)
    valid_share: Decimal = Decimal("0.70")
    no_contact_fills_place: bool = False
    rounding: str = "criterion"
    decimals: int = 2
    rank_on: str = "printed"
    ties: str = "min"
    k_mean: int = 5
    k_distribution: int = 10
    fee_basis: str = "returned"
    satisfaction: str = "top2_share"
    index_cap: Decimal | None = Decimal(100)
    no_opinion_warning: Decimal = Decimal("0.40")


@dataclass(frozen=True)
class Campaign:
    """One year's survey and index as the decision paper describes it."""

    slug: str
    short_code: str
    year: int
    title: str
    organisation: str
    legal_basis: tuple[str, ...]
    opens: date
    closes: date
    assessed_from: date
    assessed_to: date
    unit_kinds: Mapping[str, Text]
    groups: tuple[Group, ...]
    units: tuple[Unit, ...]
    rules: tuple[QuotaRule, ...]
    stated_totals: tuple[StatedTotal, ...]
    criteria: Mapping[str, str]
    """Criteria set of each unit kind, by code."""
    enumerator_fees_vnd: Mapping[str, int]
    """Paid to the enumerators of one unit, by unit kind. [VND]"""
    settings: Settings = field(default_factory=Settings)
    sample: bool = False
    """True for demonstration data ("DỮ LIỆU MÔ PHỎNG")."""
    offices: tuple[Office, ...] = ()
    """Offices that take part without being assessed."""
    timetable: tuple[Step, ...] = ()
    """Rows of the plan's timetable, in printed order."""

    @cached_property
    def unit_by_code(self) -> Mapping[str, Unit]:
        """Units by their printed code."""
        return {unit.code: unit for unit in self.units}

    @cached_property
    def rule_by_code(self) -> Mapping[str, QuotaRule]:
        """Quota rules by code."""
        return {rule.code: rule for rule in self.rules}

    @property
    def forms(self) -> tuple[str, ...]:
        """Codes of the forms its rules use, each once, in plan order."""
        return tuple(dict.fromkeys(rule.form for rule in self.rules))

    def units_of(self, rule: QuotaRule) -> tuple[Unit, ...]:
        """Units the people of ``rule`` are asked about, in plan order."""
        return tuple(
            unit for unit in self.units if unit.kind == rule.unit_kind and rule.target_of(unit.code)
        )

    def ballots_of(self, rule: QuotaRule) -> int:
        """Ballots the lines of a rule come to. [ballots]."""
        return sum(rule.target_of(unit.code) for unit in self.units_of(rule))


# --- what it counts for ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Criterion:
    """One node of the criteria tree; a leaf carries points, a branch adds its leaves up.

    Attributes
    ----------
    code, parent
        As printed (``3``, ``3.4``, ``3.4.1``); ``parent`` is None for a component.
    max_points
        Of a leaf; a branch has the sum of its leaves. [points]
    source
        Of a leaf: who gives the points; None for a branch.
    not_applicable
        What happens when it does not apply to a unit.
    owner
        Office that appraises it.
    group_weights
        Overrides the campaign's ``Settings.group_weights`` for this leaf; rule code ->
        weight, empty for none.

    """

    code: str
    title: Text
    parent: str | None
    max_points: Decimal
    source: Source | None
    not_applicable: NotApplicable = NotApplicable.REFUSE
    owner: str = ""
    group_weights: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class CriteriaSet:
    """A tree of criteria with points for one kind of unit (bộ tiêu chí)."""

    code: str
    title: Text
    unit_kind: str
    criteria: tuple[Criterion, ...]
    bands: tuple[Band, ...]
    sample: bool = True

    @cached_property
    def by_code(self) -> Mapping[str, Criterion]:
        """Criteria by code."""
        return {criterion.code: criterion for criterion in self.criteria}

    @property
    def components(self) -> tuple[Criterion, ...]:
        """Top of the tree (lĩnh vực), in printed order."""
        return tuple(criterion for criterion in self.criteria if criterion.parent is None)

    @cached_property
    def leaves(self) -> tuple[Criterion, ...]:
        """Criteria that carry points, in printed order."""
        parents = {criterion.parent for criterion in self.criteria}
        return tuple(c for c in self.criteria if c.code not in parents)

    def leaves_from(self, source: Source) -> tuple[Criterion, ...]:
        """Leaves whose points come from ``source``."""
        return tuple(leaf for leaf in self.leaves if leaf.source is source)

    def component_of(self, code: str) -> Criterion:
        """Component a criterion belongs to."""
        return list(self.ancestry(code))[-1]

    def ancestry(self, code: str) -> Iterator[Criterion]:
        """Yield a criterion, its parent, and so on up to its component."""
        node: str | None = code
        while node is not None:
            criterion = self.by_code[node]
            yield criterion
            node = criterion.parent

    @property
    def max_points(self) -> Decimal:
        """Everything a unit can reach, in points."""
        return sum((leaf.max_points for leaf in self.leaves), Decimal(0))
