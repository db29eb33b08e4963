"""What a form file may contain, and the shared scales: from YAML to ``Questionnaire``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import (
    Field,
)

from questionnaires.model import (
    Choice,
    Kind,
    Question,
    Questionnaire,
    Scale,
    Section,
)
from questionnaires.schema_edge import Edge, Exact, Language, TextIn, Words


class ChoiceIn(Edge):
    """One answer; ``percent`` is left out where it is counted nowhere."""

    code: Words
    label: TextIn
    percent: Exact | None = None

    def value(self) -> Choice:
        """Return the choice."""
        return Choice(self.code, self.label.text(), self.percent)


class QuestionIn(Edge):
    """One line of the form; ``scale`` names a scale of the file or of ``scales.yaml``."""

    code: Words
    label: TextIn
    kind: Annotated[Kind, Field(strict=False)]
    scale: Words | None = None
    criterion: Words | None = None
    rules: list[Words] = Field(default_factory=list)
    required: bool = True
    hint: TextIn | None = None

    def value(self, scales: Mapping[str, Scale]) -> Question:
        """Return the question on its scale; ``scales`` holds the one it names."""
        return Question(
            code=self.code,
            label=self.label.text(),
            kind=self.kind,
            scale=None if self.scale is None else scales[self.scale],
            criterion=self.criterion,
            rules=tuple(self.rules),
            required=self.required,
            hint=None if self.hint is None else self.hint.text(),
        )


class SectionIn(Edge):
    """Questions under one heading."""

    code: Words
    title: TextIn
    questions: list[QuestionIn]
    profile: bool = False


class ScalesIn(Edge):
    """The scales that several forms share."""

    scales: dict[Words, list[ChoiceIn]]

    def values(self) -> dict[str, Scale]:
        """Return the scales by code."""
        return {
            code: Scale(code, tuple(choice.value() for choice in choices))
            for code, choices in self.scales.items()
        }


class QuestionnaireIn(ScalesIn):
    """A form; ``scales`` are its own lists, ``languages`` names of those it brings."""

    code: Words
    title: TextIn
    intro: TextIn
    scales: dict[Words, list[ChoiceIn]] = Field(default_factory=dict)
    sections: list[SectionIn]
    sample: bool = True
    languages: dict[Language, Words] = Field(default_factory=dict)

    def value(self, shared: Mapping[str, Scale]) -> Questionnaire:
        """Return the form; its own lists go before the ``shared`` scales."""
        scales = {**shared, **self.values()}
        return Questionnaire(
            code=self.code,
            title=self.title.text(),
            intro=self.intro.text(),
            sections=tuple(
                Section(
                    section.code,
                    section.title.text(),
                    tuple(question.value(scales) for question in section.questions),
                    profile=section.profile,
                )
                for section in self.sections
            ),
            sample=self.sample,
            languages=dict(self.languages),
        )
