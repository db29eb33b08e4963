"""A definition kept as JSON comes back as it was, and has one fingerprint."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.loader import (
    available,
    campaign_from,
    canonical_json,
    criteria_from,
    digest,
    load_campaign,
    load_criteria,
    load_questionnaire,
    questionnaire_from,
    shared_scales,
    to_mapping,
)
from questionnaires.model import (
    Band,
    Choice,
    CriteriaSet,
    Criterion,
    Design,
    GroupWeights,
    Kind,
    NotApplicable,
    Question,
    Questionnaire,
    Scale,
    Section,
    Settings,
    Source,
    Text,
)
from tests.questionnaires.builders import make_campaign, make_criteria, make_form, make_question

# NFC letters without spaces at the ends, as the loader leaves them
words = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyắệỗ0123456789-:#", min_size=1, max_size=12)
codes = st.text(alphabet="ABCXYZ0123456789", min_size=1, max_size=6)
texts = st.builds(
    Text, words, words, st.dictionaries(st.sampled_from(["fr", "hmn"]), words, max_size=2)
)
numbers = st.decimals(0, 999, allow_nan=False, places=3)
percents = st.none() | st.decimals(0, 100, allow_nan=False, places=2)
choices = st.builds(Choice, st.sampled_from("0123456789"), texts, percents)


@st.composite
def forms(draw):
    scales = [
        Scale(code, tuple(draw(st.lists(choices, min_size=1, max_size=4))))
        for code in draw(st.lists(codes, min_size=1, max_size=3, unique=True))
    ]
    questions = st.builds(
        Question,
        code=codes,
        label=texts,
        kind=st.sampled_from(Kind),
        scale=st.none() | st.sampled_from(scales),
        criterion=st.none() | words,
        rules=st.lists(codes, max_size=2).map(tuple),
        required=st.booleans(),
        hint=st.none() | texts,
    )
    sections = st.builds(
        Section, codes, texts, st.lists(questions, max_size=3).map(tuple), st.booleans()
    )
    return draw(
        st.builds(
            Questionnaire,
            codes,
            texts,
            texts,
            st.lists(sections, max_size=3).map(tuple),
            st.booleans(),
        )
    )


@st.composite
def criteria_sets(draw):
    rows: list[Criterion] = []
    for code in draw(st.lists(codes, max_size=6, unique=True)):
        above = [row.code for row in rows]
        rows.append(
            Criterion(
                code=code,
                title=draw(texts),
                parent=draw(st.none() | st.sampled_from(above)) if above else None,
                max_points=draw(numbers),
                source=draw(st.none() | st.sampled_from(Source)),
                not_applicable=draw(st.sampled_from(NotApplicable)),
                owner=draw(words),
                group_weights=draw(st.dictionaries(codes, numbers, max_size=2)),
            )
        )
    bands = st.lists(st.builds(Band, words, numbers), max_size=3).map(tuple)
    return CriteriaSet(
        draw(codes), draw(texts), draw(codes), tuple(rows), draw(bands), draw(st.booleans())
    )


settings_of_campaigns = st.builds(
    Settings,
    group_weights=st.sampled_from(GroupWeights),
    explicit_weights=st.dictionaries(codes, numbers, max_size=2),
    valid_share=numbers,
    no_contact_fills_place=st.booleans(),
    rounding=st.sampled_from(["criterion", "none"]),
    decimals=st.integers(0, 3),
    rank_on=st.sampled_from(["printed", "unrounded"]),
    ties=st.sampled_from(["min", "dense"]),
    k_mean=st.integers(1, 20),
    fee_basis=st.sampled_from(["returned", "valid"]),
    satisfaction=st.sampled_from(["top2_share", "mean_percent"]),
    index_cap=st.none() | numbers,
)


@given(form=forms())
def test_any_form_comes_back_from_its_json(form):
    assert questionnaire_from(json.loads(canonical_json(form))) == form


@given(criteria=criteria_sets())
def test_any_criteria_set_comes_back_from_its_json(criteria):
    assert criteria_from(json.loads(canonical_json(criteria))) == criteria


@given(
    chosen=settings_of_campaigns,
    opens=st.dates(date(2000, 1, 1)),
    design=st.sampled_from(Design),
    title=words,
)
def test_any_campaign_comes_back_from_its_json(chosen, opens, design, title):
    small = make_campaign()
    rules = tuple(replace(rule, design=design) for rule in small.rules)
    campaign = replace(small, settings=chosen, opens=opens, title=title, rules=rules)

    assert campaign_from(json.loads(canonical_json(campaign))) == campaign


def test_everything_that_ships_comes_back_from_its_json():
    shipped = available()
    for load, build, names in (
        (load_questionnaire, questionnaire_from, shipped.forms),
        (load_campaign, campaign_from, shipped.campaigns),
        (load_criteria, criteria_from, shipped.criteria),
    ):
        for name in names:
            definition = load(name)
            assert build(json.loads(canonical_json(definition))) == definition


def test_a_frozen_form_keeps_its_scale_when_the_shared_one_changes():
    old = replace(shared_scales()["Q4"], choices=(Choice("1", Text("Đạt", "Met"), Decimal(80)),))
    form = make_form(make_question(scale=old))

    assert questionnaire_from(to_mapping(form)).questions[0].scale == old


def test_the_order_of_units_kinds_survives_sorted_keys():
    plan = load_campaign("bo_trach_2020")

    again = campaign_from(json.loads(canonical_json(plan)))

    assert list(again.unit_kinds) == ["department", "commune"]


def test_one_number_written_in_two_ways_has_one_fingerprint():
    plain, scientific = (
        make_criteria(bands=(Band("Đạt", Decimal(minimum)),)) for minimum in ("50.0", "5E+1")
    )

    assert digest(plain) == digest(scientific)


def test_one_changed_letter_changes_the_fingerprint():
    assert digest(make_form()) != digest(make_form(title=Text("chứ", "word")))
    assert len(digest(make_form())) == 64


def test_two_scales_with_one_code_cannot_be_frozen():
    other = replace(shared_scales()["S5"], code="Q4")
    form = make_form(make_question(), make_question("Q02", scale=other))

    with pytest.raises(ValueError, match="share the code 'Q4'"):
        to_mapping(form)
