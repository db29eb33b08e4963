"""What a campaign file may contain: from YAML to ``Campaign``."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import (
    Field,
    NonNegativeInt,
    PositiveInt,
)

from questionnaires.model import (
    Campaign,
    Design,
    Group,
    GroupWeights,
    Office,
    QuotaRule,
    Settings,
    Stage,
    StatedTotal,
    Step,
    Unit,
)
from questionnaires.schema_edge import Day, Edge, Exact, TextIn, Words

DEFAULT: Final = Settings()


class UnitIn(Edge):
    """An office that is assessed."""

    code: Words
    name: Words
    kind: Words
    parent: Words | None = None
    population: NonNegativeInt | None = None

    def value(self) -> Unit:
        """Return the unit."""
        return Unit(self.code, self.name, self.kind, self.parent, self.population)


class GroupIn(Edge):
    """Respondents who are asked together."""

    code: Words
    label: TextIn

    def value(self) -> Group:
        """Return the group."""
        return Group(self.code, self.label.text())


class OfficeIn(Edge):
    """An office that takes part without being assessed."""

    code: Words
    name: Words
    groups: list[Words] = Field(default_factory=list)

    def value(self) -> Office:
        """Return the office."""
        return Office(self.code, self.name, tuple(self.groups))


class StageIn(Edge):
    """One step down of a draw in stages."""

    label: TextIn
    taken: PositiveInt
    listed: PositiveInt | None = None

    def value(self) -> Stage:
        """Return the stage."""
        return Stage(self.label.text(), self.taken, self.listed)


class QuotaRuleIn(Edge):
    """One line of the written plan."""

    code: Words
    clause: Words
    wording: Words
    form: Words
    group: Words
    unit_kind: Words
    per_unit: PositiveInt
    design: Annotated[Design, Field(strict=False)]
    stated_total: NonNegativeInt
    fee_vnd: NonNegativeInt = 0
    top_up_from: Words | None = None
    targets: dict[Words, NonNegativeInt] = Field(default_factory=dict)
    stages: list[StageIn] = Field(default_factory=list)
    populations: dict[Words, NonNegativeInt] = Field(default_factory=dict)

    def value(self) -> QuotaRule:
        """Return the rule."""
        stages = tuple(stage.value() for stage in self.stages)
        return QuotaRule(**self.model_dump(exclude={"stages"}), stages=stages)


class StatedTotalIn(Edge):
    """A subtotal as the plan prints it."""

    label: Words
    rules: list[Words]
    total: NonNegativeInt

    def value(self) -> StatedTotal:
        """Return the subtotal."""
        return StatedTotal(self.label, tuple(self.rules), self.total)


class StepIn(Edge):
    """One row of the plan's timetable."""

    code: Words
    title: TextIn
    wording: Words
    lead: Words
    partners: list[Words] = Field(default_factory=list)
    starts: Day | None = None
    due: Day | None = None

    def value(self) -> Step:
        """Return the step."""
        partners = tuple(self.partners)
        return Step(
            self.code, self.title.text(), self.wording, self.lead, partners, self.starts, self.due
        )


class SettingsIn(Edge):
    """Every choice that moves a number; what is left out has the house's default."""

    group_weights: Annotated[GroupWeights, Field(strict=False)] = DEFAULT.group_weights
    explicit_weights: dict[Words, Exact] = Field(default_factory=dict)
    valid_share: Exact = DEFAULT.valid_share
    no_contact_fills_place: bool = DEFAULT.no_contact_fills_place
    rounding: Literal["criterion", "none"] = "criterion"
    decimals: Annotated[int, Field(ge=0, le=3)] = DEFAULT.decimals
    rank_on: Literal["printed", "unrounded"] = "printed"
    ties: Literal["min", "dense"] = "min"
    k_mean: PositiveInt = DEFAULT.k_mean
    k_distribution: PositiveInt = DEFAULT.k_distribution
    fee_basis: Literal["returned", "valid"] = "returned"
    satisfaction: Literal["top2_share", "mean_percent"] = "top2_share"
    index_cap: Exact | None = DEFAULT.index_cap
    no_opinion_warning: Exact = DEFAULT.no_opinion_warning

    def value(self) -> Settings:
        """Return the settings."""
        return Settings(**self.model_dump())


class CampaignIn(Edge):
    """One year's survey and index."""

    slug: Words
    short_code: Words
    year: Annotated[int, Field(ge=2000, le=2100)]
    title: Words
    organisation: Words
    legal_basis: list[Words]
    opens: Day
    closes: Day
    assessed_from: Day
    assessed_to: Day
    unit_kinds: dict[Words, TextIn]
    groups: list[GroupIn]
    units: list[UnitIn]
    rules: list[QuotaRuleIn]
    stated_totals: list[StatedTotalIn]
    criteria: dict[Words, Words]
    enumerator_fees_vnd: dict[Words, NonNegativeInt] = Field(default_factory=dict)
    settings: SettingsIn = SettingsIn()
    sample: bool = False
    offices: list[OfficeIn] = Field(default_factory=list)
    timetable: list[StepIn] = Field(default_factory=list)

    def value(self) -> Campaign:
        """Return the campaign."""
        return Campaign(
            slug=self.slug,
            short_code=self.short_code,
            year=self.year,
            title=self.title,
            organisation=self.organisation,
            legal_basis=tuple(self.legal_basis),
            opens=self.opens,
            closes=self.closes,
            assessed_from=self.assessed_from,
            assessed_to=self.assessed_to,
            # in the order of the units, which survives any way of keeping JSON
            unit_kinds={
                code: self.unit_kinds[code].text()
                for code in dict.fromkeys([*(unit.kind for unit in self.units), *self.unit_kinds])
                if code in self.unit_kinds
            },
            groups=tuple(group.value() for group in self.groups),
            units=tuple(unit.value() for unit in self.units),
            rules=tuple(rule.value() for rule in self.rules),
            stated_totals=tuple(total.value() for total in self.stated_totals),
            criteria=dict(self.criteria),
            enumerator_fees_vnd=dict(self.enumerator_fees_vnd),
            settings=self.settings.value(),
            sample=self.sample,
            offices=tuple(office.value() for office in self.offices),
            timetable=tuple(step.value() for step in self.timetable),
        )
