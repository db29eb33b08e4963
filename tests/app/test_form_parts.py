"""Long sections are shown in parts of four to six on one scale; the form stays as it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from questionnaires.loader import available, digest, load_questionnaire, shared_scales
from questionnaires.model import Kind, Questionnaire, Section, Text
from questionnaires.model import Question as Asked
from survey_app.forms.compiled import draw
from survey_app.forms.parts import MOST, broken_up, parts_of
from survey_app.forms.questionnaire import form_class

WORD = Text("Chất lượng", "Quality")


def questions(*scales):
    return tuple(
        Asked(f"Q{n:02}", Text(f"Hỏi {n}", f"Ask {n}"), Kind.SCALE, shared_scales()[scale])
        if scale
        else Asked(f"Q{n:02}", WORD, Kind.TEXT, required=False)
        for n, scale in enumerate(scales, 1)
    )


def form(*sections):
    return Questionnaire("F1", WORD, WORD, sections)


@given(n=st.integers(MOST + 1, 60))
def test_parts_of_a_long_section_have_four_to_six_questions(n):
    sizes = [len(part) for part in broken_up(questions(*["Q4"] * n))]

    assert sum(sizes) == n
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= MOST
    assert min(sizes) >= 4 or sizes == [4, 3]


@given(scales=st.lists(st.sampled_from(["Q4", "S5", "YN", None]), max_size=40))
def test_order_stays_and_different_scales_of_a_long_section_stand_apart(scales):
    asked = questions(*scales)

    parts = broken_up(asked)

    assert [question for part in parts for question in part] == list(asked)
    if len(asked) > MOST:
        for part in parts:
            assert len({question.scale and question.scale.code for question in part}) == 1
    else:
        assert len(parts) == 1


def test_a_part_says_where_it_is(app):
    long = Section("A", WORD, questions(*["Q4"] * 15))
    short = Section("B", Text("Thái độ", "Attitude"), questions(*["S5"] * 4))
    renamed = tuple(Asked(f"R{n}", q.label, q.kind, q.scale) for n, q in enumerate(short.questions))
    whole = form(long, Section("B", short.title, renamed))

    with app.test_request_context():
        drawn = draw(whole, form_class(whole, "vi")(), "vi")

    assert [(part.section, part.sections, part.part, part.parts) for part in parts_of(whole)] == [
        (1, 2, 1, 3), (1, 2, 2, 3), (1, 2, 3, 3), (2, 2, 1, 1)
    ]  # fmt: skip
    assert "<small>Phần 1 trên 2 (2/3)</small> Chất lượng" in drawn
    assert "<small>Phần 2 trên 2</small> Thái độ" in drawn
    assert drawn.count("<section") == 4


def test_the_profile_is_not_counted_as_a_part():
    person = Section("TT", WORD, questions("Q4", "S5"), profile=True)

    parts = parts_of(form(person, Section("A", WORD, questions("Q4"))))

    assert [(part.section, part.sections, part.profile) for part in parts] == [
        (0, 1, True), (1, 1, False)
    ]  # fmt: skip


def test_no_form_that_ships_needs_breaking_up_and_none_is_changed_by_it():
    for code in available().forms:
        shipped = load_questionnaire(code)
        before = digest(shipped)
        parts = parts_of(shipped)
        assert [len(part.questions) for part in parts] == [
            len(section.questions) for section in shipped.sections
        ]
        assert digest(shipped) == before
