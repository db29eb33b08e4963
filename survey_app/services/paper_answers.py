"""What an enumerator keyed from one paper form, checked and judged.

``read_answers`` takes codes as they were keyed and either gives them back clean or lists
every mistake at once; ``judge`` says whether enough scored questions are answered for the
ballot to be valid. Both are pure: storing them is ``services.entries``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

from questionnaires.model import BLANK, UNREADABLE, Kind, Question
from survey_app.edges import is_readable
from survey_app.errors import SurveyError

NO_ANSWER: Final = (BLANK, UNREADABLE)
"""Codes kept as they were keyed but counted nowhere."""

TEXT_LIMIT: Final = 2000
"""Longest free text taken from one question. [characters]"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """How much of a paper ballot is answered.

    Attributes
    ----------
    answered, asked
        Scored questions with a readable mark ("Không biết" is one), and all of them.
    needed
        Fewest that make the ballot valid.

    """

    answered: int
    asked: int
    needed: int

    @property
    def valid(self) -> bool:
        """Whether the ballot may take a place."""
        return self.answered >= self.needed

    @property
    def reason(self) -> str:
        """Why it is not valid, as the office reads it."""
        return (
            f"chỉ trả lời {self.answered}/{self.asked} câu tính điểm, cần ít nhất {self.needed} câu"
        )


def read_answers(questions: Iterable[Question], keyed: Mapping[str, str]) -> dict[str, str]:
    """Return the keyed codes clean, in the order of the form.

    Parameters
    ----------
    questions
        Questions the sheet asks, in printed order.
    keyed
        Question code to choice code, ``.`` blank, ``/`` unreadable, or free text.

    Returns
    -------
    dict
        One entry per closed question; free text only where something was written.

    Raises
    ------
    SurveyError
        With one line per mistake: a question not keyed, a code its row does not have, a
        question the form does not ask.

    """
    asked = {question.code: question for question in questions}
    clean: dict[str, str] = {}
    mistakes: list[str] = []
    for code, question in asked.items():
        value = unicodedata.normalize("NFC", keyed.get(code, "")).strip()
        if question.kind is Kind.TEXT or question.scale is None:
            if len(value) > TEXT_LIMIT:
                mistakes.append(f"{code}: dài quá {TEXT_LIMIT} ký tự; hãy ghi gọn lại")
            elif not is_readable(value):
                mistakes.append(f"{code}: có ký tự không đọc được; hãy gõ lại")
            elif value and value not in NO_ANSWER:
                clean[code] = value
        elif not value:
            mistakes.append(f"{code}: chưa nhập; câu bỏ trống trên giấy thì gõ dấu chấm (.)")
        elif value not in question.scale.codes and value not in NO_ANSWER:
            codes = ", ".join(question.scale.codes)
            mistakes.append(f"{code}: không có mã “{value}”; chỉ nhận {codes}, “.” hoặc “/”")
        else:
            clean[code] = value
    mistakes += [
        f"{code}: mẫu phiếu này không hỏi câu này; hãy mở lại trang nhập"
        for code in keyed
        if code not in asked
    ]
    if mistakes:
        raise SurveyError("Phiếu chưa nhập xong hoặc có mã sai, chưa lưu gì.", details=mistakes)
    return clean


def judge(
    scored: Iterable[Question], answers: Mapping[str, str], valid_share: Decimal
) -> Judgement:
    """Count answered scored questions against the share a valid ballot needs.

    ``valid_share`` is 0-1; the needed number is rounded up, so 70 % of 9 questions is 7.
    """
    codes = [question.code for question in scored]
    answered = sum(1 for code in codes if answers.get(code, BLANK) not in NO_ANSWER)
    needed = int((valid_share * len(codes)).to_integral_value(ROUND_CEILING))
    return Judgement(answered, len(codes), needed)
