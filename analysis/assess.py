"""One unit at a time: its points, its sums, and what of them everyone may see.

``Assessor`` knows one kind of unit, what is asked about it and what the answers count for.
``analysis.compute`` calls it for every unit and ranks what it returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from analysis.distributions import satisfaction_follows
from analysis.given import GivenScores
from analysis.index import LeafPoints, LeafState, Missing, Sum, UnitSums, add_up
from analysis.publish import (
    K_ALIKE,
    Breakdown,
    GroupCell,
    Published,
    PublishState,
    Reason,
    protect_groups,
)
from analysis.results import (
    ComponentResult,
    CriterionResult,
    GroupResult,
    QuestionResult,
    SatisfactionResult,
    UnitResult,
)
from analysis.rounding import (
    EXACT_DECIMALS,
    Exact,
    as_printed,
    half_up,
    nearly_exact,
    ratio_half_up,
    total,
)
from analysis.satisfaction import Satisfaction, satisfaction, satisfaction_questions
from analysis.scores import (
    Book,
    GradedQuestion,
    GroupScore,
    QuestionScore,
    SurveyScore,
    questions_of,
    score_criterion,
)
from analysis.secrets import Secrets, Tree, hidden_figures
from questionnaires.model import (
    Campaign,
    CriteriaSet,
    Questionnaire,
    QuotaRule,
    Source,
    Unit,
)


@dataclass(frozen=True)
class Assessor:
    """One kind of unit: what is asked about it and what the answers count for."""

    campaign: Campaign
    criteria: CriteriaSet
    forms: Mapping[str, Questionnaire]
    book: Book
    missing: Missing

    @cached_property
    def rules(self) -> Mapping[str, QuotaRule]:
        """Quota rules about this kind of unit, by code."""
        kind = self.criteria.unit_kind
        return {rule.code: rule for rule in self.campaign.rules if rule.unit_kind == kind}

    @cached_property
    def questions(self) -> Mapping[str, Mapping[str, tuple[GradedQuestion, ...]]]:
        """Survey leaf -> rule -> questions that count for it."""
        return {
            leaf.code: questions_of(leaf.code, self.rules.values(), self.forms)
            for leaf in self.criteria.leaves_from(Source.SURVEY)
        }

    @cached_property
    def tree(self) -> Tree:
        """Shape of the criteria set."""
        return Tree.of(self.criteria)

    @cached_property
    def shown_elsewhere(self) -> frozenset[str]:
        """Rules whose means are published as satisfaction."""
        return frozenset(
            code
            for code, rule in self.rules.items()
            if satisfaction_questions(self.forms[rule.form], rule)
        )

    def assess(
        self, unit: Unit, given: GivenScores, *, not_applicable: Iterable[str], adjustment: Decimal
    ) -> UnitResult:
        """Compute one unit, all but its rank and band.

        Parameters
        ----------
        unit, given
            Whose points, and those given by people.
        not_applicable
            Criteria that do not apply, beside those an appraiser marked.
        adjustment
            Bonus and penalty. [percentage points]

        """
        settings = self.campaign.settings
        surveyed = self._survey(unit.code)
        points = given.points_of(unit.code) | {c: s.points for c, s in surveyed.items()}
        sums = add_up(
            self.criteria,
            {code: self._rounded(value) for code, value in points.items()},
            not_applicable={*not_applicable, *given.not_applicable_of(unit.code)},
            missing=self.missing,
            adjustment=adjustment,
            cap=settings.index_cap,
        )
        shown = {
            code: protect_groups(_cells(score), k_mean=settings.k_mean, keep=self.shown_elsewhere)
            for code, score in surveyed.items()
        }
        secrets = self._secrets(sums, surveyed, shown)
        return UnitResult(
            code=unit.code,
            name=unit.name,
            kind=unit.kind,
            criteria=tuple(
                self._surveyed(leaf, secrets, surveyed[leaf.code], shown[leaf.code])
                if leaf.code in surveyed
                else self._leaf(leaf, secrets, given.round_of(unit.code, leaf.code))
                for leaf in sums.leaves
            ),
            components=tuple(
                self._component(code, branch, secrets) for code, branch in sums.components.items()
            ),
            points=self._written(sums.total.points),
            max_points=sums.total.max_points,
            points_by_source=self._by_source(sums),
            adjustment=adjustment,
            index=None if sums.index is None else half_up(sums.index, settings.decimals),
            index_unrounded=None if sums.index is None else nearly_exact(sums.index),
            rank=None,
            band=None,
            missing=sums.missing,
            hidden=tuple(sorted(secrets.hidden)),
        )

    def satisfaction(self, units: Iterable[UnitResult]) -> tuple[SatisfactionResult, ...]:
        """Compute satisfaction with these units and decide whether it may be shown."""
        by_code = {unit.code: unit for unit in units}
        found = satisfaction(by_code, self.rules.values(), self.forms, self.book)
        return tuple(self._satisfied(score, by_code[score.unit]) for score in found)

    def _survey(self, unit: str) -> dict[str, SurveyScore]:
        settings = self.campaign.settings
        return {
            leaf.code: score_criterion(
                unit,
                leaf,
                self.questions[leaf.code],
                self.rules,
                self.book,
                weighting=settings.group_weights,
                explicit_weights=settings.explicit_weights,
            )
            for leaf in self.criteria.leaves_from(Source.SURVEY)
        }

    def _rounded(self, points: Exact | None) -> Exact | None:
        settings = self.campaign.settings
        if points is None or settings.rounding != "criterion":
            return points
        return half_up(points, settings.decimals)

    def _written(self, points: Exact | None) -> Decimal | None:
        return None if points is None else as_printed(points, self.campaign.settings.decimals)

    def _leaf(self, leaf: LeafPoints, secrets: Secrets, step: str) -> CriterionResult:
        points = self._written(leaf.points)
        return CriterionResult(
            code=leaf.code,
            state=leaf.state,
            points=points,
            max_points=leaf.max_points,
            round=step,
            published=secrets.publish(leaf.code, points),
        )

    def _surveyed(
        self, leaf: LeafPoints, secrets: Secrets, score: SurveyScore, shown: Breakdown
    ) -> CriterionResult:
        points = self._written(leaf.points)
        # Points that are hidden would follow from the group means and their weights.
        kept_back = leaf.code in secrets.hidden
        return CriterionResult(
            code=leaf.code,
            state=leaf.state,
            points=points,
            max_points=leaf.max_points,
            round="",
            published=secrets.publish(leaf.code, points),
            weighting=score.weighting,
            groups=tuple(
                _group(
                    group,
                    (score.weights[group.rule], score.parts or 1),
                    _covered(group) if kept_back and known.value is not None else known,
                )
                for group in score.groups
                for known in (shown.groups[group.rule],)
            ),
            alternatives={
                weighting.value: self._written(self._rounded(points))
                for weighting, points in score.alternatives.items()
            },
            without_answers=score.without_answers,
        )

    def _component(self, code: str, branch: Sum, secrets: Secrets) -> ComponentResult:
        percent = branch.percent
        index = None if percent is None else half_up(percent, self.campaign.settings.decimals)
        return ComponentResult(
            code=code,
            points=self._written(branch.points),
            max_points=branch.max_points,
            index=index,
            index_unrounded=None if percent is None else nearly_exact(percent),
            published=secrets.publish(code, index),
        )

    def _by_source(self, sums: UnitSums) -> dict[str, Decimal | None]:
        by_source: dict[str, Decimal | None] = {}
        for source in Source:
            codes = {leaf.code for leaf in self.criteria.leaves_from(source)}
            leaves = [leaf for leaf in sums.leaves if leaf.code in codes]
            if not leaves:
                continue
            complete = all(leaf.state is not LeafState.MISSING for leaf in leaves)
            points = total(leaf.points for leaf in leaves if leaf.points is not None)
            by_source[source.value] = self._written(points) if complete else None
        return by_source

    def _secrets(
        self,
        sums: UnitSums,
        surveyed: Mapping[str, SurveyScore],
        shown: Mapping[str, Breakdown],
    ) -> Secrets:
        """Find survey points that rest on too few people, and what must be hidden with them."""
        scored = frozenset(leaf.code for leaf in sums.leaves if leaf.state is LeafState.SCORED)
        k_mean = self.campaign.settings.k_mean
        sensitive = frozenset(
            code
            for code, score in surveyed.items()
            if code in scored
            and (
                sum(group.people for group in score.groups if score.weights[group.rule]) < k_mean
                or shown[code].exposed
            )
        )
        return Secrets(sensitive, hidden_figures(self.tree, scored, sensitive))

    def _satisfied(self, score: Satisfaction, unit: UnitResult) -> SatisfactionResult:
        settings = self.campaign.settings
        values = {
            name: None if value is None else half_up(value, settings.decimals)
            for name, value in (
                ("top2_share", score.top2_share),
                ("mean_percent", score.mean_percent),
            )
        }
        covered = _hides_something(unit, score.form) or satisfaction_follows(
            unit.criteria,
            score.form,
            k_mean=settings.k_mean,
            k_distribution=settings.k_distribution,
        )
        alike = score.people < settings.k_distribution and any(
            value in {Decimal(0), Decimal(100)} for value in values.values()
        )
        published = {}
        for name, needed in (
            ("top2_share", settings.k_distribution),
            ("mean_percent", settings.k_mean),
        ):
            reason = Reason.NONE
            if values[name] is None:
                reason = Reason.NO_ANSWERS
            elif score.people < needed:
                reason = Reason.SMALL
            elif alike:
                reason = Reason.ALIKE
            elif covered:
                reason = Reason.COMPLEMENTARY
            shown = reason in {Reason.NONE, Reason.NO_ANSWERS}
            published[name] = Published(
                values[name] if shown else None,
                PublishState.PUBLISHED if shown else PublishState.SUPPRESSED,
                reason,
            )
        return SatisfactionResult(
            unit=unit.code,
            form=score.form,
            people=score.people,
            valid=score.valid,
            top2_share=values["top2_share"],
            mean_percent=values["mean_percent"],
            published=published,
        )


def _cells(score: SurveyScore) -> list[GroupCell]:
    return [
        GroupCell(
            rule=group.rule,
            form=group.form,
            people=group.people,
            mean=group.mean,
            weight=score.weights[group.rule],
            alike=group.people < K_ALIKE and _alike(group),
        )
        for group in score.groups
    ]


def _alike(group: GroupScore) -> bool:
    """Whether every question has all its valid answers on one choice."""
    return all(
        question.valid in question.counts.values() for question in group.questions if question.valid
    )


def _group(group: GroupScore, share: tuple[int, int], published: Published) -> GroupResult:
    return GroupResult(
        rule=group.rule,
        form=group.form,
        people=group.people,
        weight=ratio_half_up(*share, EXACT_DECIMALS),
        mean=_mean(group),
        published=published,
        questions=tuple([_question(question) for question in group.questions]),
    )


def _question(question: QuestionScore) -> QuestionResult:
    return QuestionResult(question.question, question.counts, question.valid, _mean(question))


def _mean(score: GroupScore | QuestionScore) -> Decimal | None:
    ratio = score.mean_ratio
    return None if ratio is None else ratio_half_up(*ratio, EXACT_DECIMALS)


def _covered(group: GroupScore) -> Published:
    """Return the mean of a group kept back for the sake of a neighbour."""
    return Published(None, PublishState.SUPPRESSED, Reason.COMPLEMENTARY, (group.rule,))


def _hides_something(unit: UnitResult, form: str) -> bool:
    """Whether a group mean of this form is kept back anywhere in the unit."""
    return any(
        group.published.state is not PublishState.PUBLISHED
        for criterion in unit.criteria
        for group in criterion.groups
        if group.form == form
    )
