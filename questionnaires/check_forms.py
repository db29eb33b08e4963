"""Whether a form is sound in itself: codes, scales, what each kind of question may carry.

``items`` judges what can be judged one question at a time, also in a file that is only
partly readable; ``check_questionnaire`` is the whole judgement. Whether a form fits a plan
and its criteria is asked in ``questionnaires.checks``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Final

from questionnaires.errors import Mistake
from questionnaires.languages import missing, name_of, texts_of
from questionnaires.model import NO_OPINION, Kind, Question, Questionnaire, Scale
from questionnaires.wording import vi_number

QUESTION_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{0,7}")
FORM_CODE: Final = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
FULL_MARKS: Final = Decimal(100)


def check_questionnaire(form: Questionnaire, path: str | None = None) -> list[Mistake]:
    """Return every mistake of a form, in printed order; empty when it is sound."""
    path = path or f"forms/{form.code.lower()}.yaml"
    return [*questionnaire_items(form, path), *_whole(form, path)]


def questionnaire_items(form: Questionnaire, path: str) -> list[Mistake]:
    """Return the mistakes that can be seen in single questions, sections and scales."""
    mistakes = [
        *repeated(path, "câu hỏi", (question.code for question in form.questions)),
        *repeated(path, "phần", (section.code for section in form.sections)),
    ]
    scales = {question.scale.code: question.scale for question in form.questions if question.scale}
    for scale in scales.values():
        mistakes += _scale(path, scale)
    for section in form.sections:
        for question in section.questions:
            mistakes += _question(path, question, profile=section.profile)
    return mistakes


def repeated(path: str, what: str, codes: Iterable[str]) -> Iterator[Mistake]:
    """Yield a mistake for every code that stands more than once."""
    for code, times in Counter(codes).items():
        if times > 1:
            yield Mistake(
                path, code, f"mã {what} này dùng {times} lần", f"cho mỗi {what} một mã riêng"
            )


def _whole(form: Questionnaire, path: str) -> Iterator[Mistake]:
    if not FORM_CODE.fullmatch(form.code):
        remedy = "chỉ dùng A–Z, 0–9 và dấu gạch nối, ví dụ CH1"
        yield Mistake(path, form.code, f"mã mẫu phiếu “{form.code}” không in được", remedy)
    if not form.scored_questions:
        problem = "không câu hỏi nào gắn với tiêu chí nên phiếu không cho điểm nào"
        yield Mistake(path, form.code, problem, "gắn criterion cho các câu hỏi tính điểm")
    contents: dict[str, Scale] = {}
    for question in form.questions:
        scale = question.scale
        if scale is not None and contents.setdefault(scale.code, scale) != scale:
            problem = f"thang {scale.code} ở câu này khác thang cùng mã ở câu trước"
            yield Mistake(path, question.code, problem, "đặt cho hai thang hai mã khác nhau")
    for section in form.sections:
        if not section.questions:
            yield Mistake(path, section.code, "phần không có câu hỏi", "thêm câu hỏi hoặc bỏ phần")
    yield from _languages(path, form)


def _languages(path: str, form: Questionnaire) -> Iterator[Mistake]:
    """Yield one report per language that nobody can name or that is not written throughout."""
    for code, places in missing(form).items():
        problem = f"ngôn ngữ “{code}” còn thiếu {len(places)} chỗ: {', '.join(places)}"
        remedy = (
            f"viết nốt “{code}: …” ở các chỗ ấy (thang dùng chung thì chép vào mục scales của "
            "mẫu phiếu rồi viết thêm), hoặc bỏ hẳn ngôn ngữ này khỏi tệp"
        )
        yield Mistake(path, f"ngôn ngữ {code}", problem, remedy)
    begun = {*form.languages, *(code for _place, text in texts_of(form) for code in text.others)}
    for code in sorted(begun):
        if name_of(code, form.languages) is None:
            remedy = f"sửa mã theo ISO 639, hoặc ghi tên ngôn ngữ: mục languages, “{code}: tên”"
            yield Mistake(path, f"ngôn ngữ {code}", f"không rõ “{code}” là tiếng gì", remedy)


def _scale(path: str, scale: Scale) -> Iterator[Mistake]:
    where = f"thang {scale.code}"
    yield from repeated(path, f"phương án của {where}", scale.codes)
    yield from repeated(
        path, f"phương án của {where} (lời)", (choice.label.vi for choice in scale.choices)
    )
    for choice in scale.choices:
        place = f"{where}, phương án {choice.code}"
        if not re.fullmatch("[0-9]", choice.code):
            problem = f"mã “{choice.code}” không phải một chữ số"
            yield Mistake(path, place, problem, "dùng một chữ số từ 0 đến 9: người nhập gõ đúng số")
        if choice.percent is not None and not 0 <= choice.percent <= FULL_MARKS:
            problem = f"tỷ lệ điểm {vi_number(choice.percent)} nằm ngoài khoảng 0–100"
            yield Mistake(path, place, problem, "viết tỷ lệ phần trăm từ 0 đến 100")
        if choice.code == NO_OPINION and choice.percent is not None:
            problem = "“không biết / không có ý kiến” không được tính điểm"
            yield Mistake(path, place, problem, "bỏ percent của phương án 9")
    percents = [choice.percent for choice in scale.choices if choice.percent is not None]
    steps = list(pairwise(percents))
    if not (all(a > b for a, b in steps) or all(a < b for a, b in steps)):
        listed = ", ".join(vi_number(percent) for percent in percents)
        problem = f"tỷ lệ điểm {listed} không tăng dần hoặc giảm dần"
        yield Mistake(
            path, where, problem, "xếp phương án theo tỷ lệ điểm, không để hai mức bằng nhau"
        )


def _question(path: str, question: Question, *, profile: bool) -> Iterator[Mistake]:
    where = question.code
    if not QUESTION_CODE.fullmatch(question.code):
        remedy = "dùng một chữ in hoa rồi đến số, ví dụ Q01, P1"
        yield Mistake(path, where, f"mã câu hỏi “{question.code}” không dùng được", remedy)
    if question.kind is Kind.TEXT:
        if question.scale is not None:
            yield Mistake(path, where, "câu trả lời tự do không có thang", "bỏ scale hoặc sửa kind")
        if question.required:
            problem = "câu trả lời tự do không được bắt buộc"
            yield Mistake(path, where, problem, "thêm required: false")
    elif question.scale is None:
        yield Mistake(path, where, "câu chọn phương án thiếu thang", "thêm scale, ví dụ Q4")
    if profile and question.required:
        problem = "câu về bản thân người trả lời không được bắt buộc"
        yield Mistake(path, where, problem, "thêm required: false")
    if question.scored:
        yield from _scored(path, question, profile=profile)


def _scored(path: str, question: Question, *, profile: bool) -> Iterator[Mistake]:
    where = question.code
    if question.kind is not Kind.SCALE:
        problem = f"chỉ câu hỏi kind: scale mới được tính điểm, câu này là {question.kind}"
        yield Mistake(path, where, problem, "bỏ criterion hoặc sửa kind")
    if profile:
        problem = "câu về bản thân người trả lời không được tính điểm"
        yield Mistake(path, where, problem, "bỏ criterion")
    if question.scale is None:
        return
    choices = question.scale.choices
    if not choices or choices[-1].code != NO_OPINION:
        problem = f"thang {question.scale.code} không kết thúc bằng phương án 9"
        remedy = 'thêm phương án cuối {code: "9"}: Không biết / không có ý kiến'
        yield Mistake(path, where, problem, remedy)
    silent = [c.code for c in choices if c.code != NO_OPINION and c.percent is None]
    if silent:
        problem = (
            f"phương án {', '.join(silent)} của thang {question.scale.code} chưa có tỷ lệ điểm"
        )
        yield Mistake(path, where, problem, "ghi percent cho từng phương án, hoặc bỏ criterion")
