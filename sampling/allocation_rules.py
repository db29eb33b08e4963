"""Forms by a rule a reader can check with a pocket calculator; nothing is minimised.

Fixed per unit, equal, proportional, square root and power. With ``integer`` (the default) the
shares are rounded by largest remainder and keep their total; without it they are returned as
they are. What is best for a purpose is computed in ``sampling.integer_allocation``,
``sampling.equal_precision`` and ``sampling.budget_allocation``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.allocation import (
    Allocation,
    FloatArray,
    Method,
    Strata,
    bounds_sentence,
)
from sampling.amounts import check_total, fits
from sampling.apportionment import apportion
from sampling.arguments import WHOLE, is_whole, must, require
from sampling.boxes import Box
from sampling.wording import counted, figure, written

LARGEST_REMAINDER = Text(
    "Số lẻ được làm tròn theo phương pháp số dư lớn nhất nên tổng số phiếu giữ nguyên.",
    "Fractions were settled by largest remainder, so the total is kept.",
)


def allocate_fixed(per_stratum: int, strata: Strata) -> Allocation:
    """Give every stratum the same stated number, as a decision paper does.

    Parameters
    ----------
    per_stratum
        Forms for each. [forms]
    strata
        Only their bounds play a part.

    Raises
    ------
    ValueError
        If the number is not whole, or is outside the bounds of a stratum, for example because
        it has fewer people.

    """
    few, many = strata.minimum > per_stratum, strata.maximum < per_stratum
    below, above = strata.named(few), strata.named(many)
    given = written(per_stratum)
    require(
        must(
            Text("Số phiếu mỗi nơi", "per_stratum"), per_stratum, WHOLE, holds=is_whole(per_stratum)
        ),
        (
            not few.any(),
            Text(
                f"{below.vi}: {given} phiếu ít hơn mức tối thiểu.",
                f"{per_stratum} is below the minimum of {below.en}",
            ),
        ),
        (
            not many.any(),
            Text(
                f"{above.vi}: {given} phiếu nhiều hơn mức tối đa (số người hoặc mức đã ghi).",
                f"{per_stratum} is above the maximum of {above.en}",
            ),
        ),
    )
    forms = np.full(strata.sizes.size, per_stratum, dtype=np.int64)
    noun, total = strata.noun, figure(forms.sum())
    count = counted(forms.size, noun)
    done = Text(
        f"Phân bổ cố định: mỗi {noun.vi} {per_stratum} phiếu × {count.vi} = {total.vi} phiếu.",
        f"Fixed: {per_stratum} forms × {count.en} = {total.en} forms.",
    )
    return Allocation(forms, Method.FIXED, trace=(done,))


def allocate_equal(total: float, strata: Strata, *, integer: bool = True) -> Allocation:
    """Share a total equally, whatever the size of the strata.

    See ``allocate_proportional`` for parameters, result and errors.
    """
    done = _opening(
        total,
        strata,
        Text("Phân bổ đều", "Equal"),
        Text("không phụ thuộc quy mô", "whatever their size"),
    )
    return _share(total, strata, np.ones_like(strata.sizes), Method.EQUAL, done, integer=integer)


def allocate_proportional(total: float, strata: Strata, *, integer: bool = True) -> Allocation:
    """Share a total in proportion to size.

    Parameters
    ----------
    total
        To be shared, between the sums of the bounds; whole with ``integer``. [forms]
    strata
        Sizes and bounds. Strata that would break a bound stand at it, and the others share
        the rest in proportion.
    integer
        Whether the result is rounded by largest remainder. Equal remainders go to the larger
        stratum, then to the earlier code or position.

    Returns
    -------
    Allocation
        Adds up to ``total``; without objective, since a rule minimises nothing.

    Raises
    ------
    ValueError
        If the total is not whole or does not fit the bounds.

    """
    done = _opening(
        total,
        strata,
        Text("Phân bổ tỷ lệ", "Proportional"),
        Text("theo tỷ lệ quy mô", "in proportion to size"),
    )
    return _share(total, strata, strata.sizes, Method.PROPORTIONAL, done, integer=integer)


def allocate_square_root(total: float, strata: Strata, *, integer: bool = True) -> Allocation:
    """Share a total in proportion to the square root of size: between equal and proportional.

    See ``allocate_proportional`` for parameters, result and errors.
    """
    done = _opening(
        total,
        strata,
        Text("Phân bổ theo căn bậc hai quy mô", "Square root"),
        Text(
            "nơi nhỏ được nhiều phiếu hơn so với phân bổ tỷ lệ",
            "small ones get more than in proportion to size",
        ),
    )
    rates = np.sqrt(strata.sizes)
    return _share(total, strata, rates, Method.SQUARE_ROOT, done, integer=integer)


def allocate_power(
    total: float,
    strata: Strata,
    *,
    means: npt.ArrayLike,
    exponent: float = 0.5,
    importance: npt.ArrayLike | None = None,
    integer: bool = True,
) -> Allocation:
    """Share a total by Bankier's power rule, ``n ~ CV X^a``.

    Parameters
    ----------
    total, strata, integer
        As in ``allocate_proportional``; deviations are needed here.
    means : scalar or (H,) array_like
        Mean of the answers, positive; ``CV`` is deviation over mean.
    exponent
        ``a`` from 0 (nearly equal CVs) to 1 (Neyman, when ``X`` are the totals).
    importance : (H,) array_like, optional
        ``X``, positive; the stratum totals, size times mean, by default.

    Raises
    ------
    ValueError
        As in ``allocate_proportional``, or if means, exponent or importance cannot be used.

    References
    ----------
    Bankier (1988), *The American Statistician* 42, 174-177.

    """
    shape = strata.sizes.shape
    mean = np.asarray(means, dtype=float)
    weight = strata.sizes if importance is None else np.asarray(importance, dtype=float)
    require(
        (
            fits(mean, shape[0]),
            Text(
                f"Trung bình phải là số lớn hơn 0: một số cho tất cả hoặc {written(shape[0])} số.",
                f"means must be positive, one or {shape[0]} of them",
            ),
        ),
        (
            weight.shape == shape and bool(((weight >= 0) & np.isfinite(weight)).all()),
            Text(
                f"Tầm quan trọng phải là {written(shape[0])} số không âm.",
                f"importance must be {shape[0]} numbers that are not negative",
            ),
        ),
        must(
            Text("Số mũ", "exponent"),
            exponent,
            Text("phải từ 0 đến 1", "lie between 0 and 1"),
            holds=0 <= exponent <= 1,
        ),
    )
    weight = weight * mean if importance is None else weight
    power = figure(exponent)
    done = _opening(
        total,
        strata,
        Text(f"Phân bổ lũy thừa (Bankier, số mũ {power.vi})", f"Power rule (Bankier, {power.en})"),
        Text(
            "theo hệ số biến thiên nhân lũy thừa của tầm quan trọng",
            "by coefficient of variation times a power of importance",
        ),
    )
    rates = strata.deviations / mean * weight**exponent
    return _share(total, strata, rates, Method.POWER, done, integer=integer)


def _share(
    total: float, strata: Strata, rates: FloatArray, method: Method, done: Text, *, integer: bool
) -> Allocation:
    if integer:
        lowest = np.ceil(strata.minimum).astype(np.int64)
        highest = np.floor(strata.maximum).astype(np.int64)
        forms = apportion(
            check_total(total, lowest, highest),
            rates.tolist(),
            minimum=lowest.tolist(),
            maximum=highest.tolist(),
            rank=strata.rank.tolist(),
        )
        return Allocation(
            forms, method, trace=(done, *bounds_sentence(strata, forms), LARGEST_REMAINDER)
        )
    box = Box.around(strata, rates)
    shares = box.spend(np.ones_like(rates), np.array([box.check_total(total)]))
    return Allocation(shares, method, trace=(done, *bounds_sentence(strata, shares)))


def _opening(total: float, strata: Strata, name: Text, how: Text) -> Text:
    size, count = figure(total), counted(strata.sizes.size, strata.noun)
    return Text(
        f"{name.vi}: {size.vi} phiếu chia cho {count.vi}, {how.vi}.",
        f"{name.en}: {size.en} forms for {count.en}, {how.en}.",
    )
