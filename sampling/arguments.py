"""Arguments are judged together, so that one message names everything that is wrong.

Every public function of this room opens with :func:`require`; the arithmetic after it may
then trust its numbers.
"""

from __future__ import annotations


def require(*conditions: tuple[bool, str]) -> None:
    """Refuse arguments, naming all conditions that do not hold.

    Parameters
    ----------
    *conditions
        Pairs of a truth and the sentence that is said when it is false.

    Raises
    ------
    ValueError
        If a condition is false; the message joins the sentences of all such.

    """
    if wrong := [sentence for holds, sentence in conditions if not holds]:
        msg = "; ".join(wrong)
        raise ValueError(msg)
