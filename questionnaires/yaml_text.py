"""YAML text to plain values, with the line every value stands on.

Stricter than YAML itself: a key written twice is a mistake instead of a silent overwrite,
and anchors are refused, because a definition is read by people and must not unfold into
something longer than it looks. What the values mean is for ``questionnaires.loader``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from questionnaires.errors import DefinitionError, Mistake

# libyaml reads ten times faster; wheels without it read the same with the Python parser
SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_CHARACTERS = 1_000_000
"""Longest definition that is read; the longest one shipped is under a twentieth of it."""


@dataclass(frozen=True, slots=True)
class YamlText:
    """One parsed file.

    Attributes
    ----------
    path
        As shown in mistakes.
    data
        Mappings, lists and scalars; text is NFC.
    mistakes
        Keys that stand twice.

    """

    path: str
    data: object
    mistakes: tuple[Mistake, ...]
    root: yaml.Node

    def line_of(self, place: Sequence[str | int]) -> int:
        """Return the line (from 1) of the innermost part of ``place`` that is in the file."""
        node = self.root
        for step in place:
            inner = _step(node, step)
            if inner is None:
                break
            node = inner
        return int(node.start_mark.line) + 1


def parse_yaml(text: str, path: str) -> YamlText:
    """Parse one YAML document.

    Raises
    ------
    DefinitionError
        If the text is no single YAML document, is too long, or uses anchors or tags.

    """
    if len(text) > MAX_CHARACTERS:
        problem = f"tệp dài {len(text)} ký tự, quá giới hạn {MAX_CHARACTERS} ký tự"
        raise DefinitionError([Mistake(path, "cả tệp", problem, "tách thành nhiều tệp nhỏ")])
    loader = SafeLoader(unicodedata.normalize("NFC", text))
    try:
        root = loader.get_single_node()
        if root is None:
            raise DefinitionError([Mistake(path, "cả tệp", "tệp trống", "điền nội dung vào tệp")])
        mistakes = [
            Mistake(
                path, f"dòng {line}", f"khóa “{key}” đã có ở trên", "giữ lại một khóa, xóa khóa kia"
            )
            for line, key in _repeated_keys(root)
        ]
        data = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"dòng {mark.line + 1}, cột {mark.column + 1}" if mark else "cả tệp"
        problem = f"không đọc được YAML ({error.problem})"
        remedy = "kiểm tra thụt lề, dấu hai chấm và dấu ngoặc quanh chỗ này"
        raise DefinitionError([Mistake(path, where, problem, remedy)]) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        problem = f"không đọc được YAML ({error})"
        raise DefinitionError(
            [Mistake(path, "cả tệp", problem, "lưu tệp dạng văn bản UTF-8, không lồng quá sâu")]
        ) from error
    finally:
        loader.dispose()
    return YamlText(path, data, tuple(mistakes), root)


def _step(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        inner: yaml.Node = node.value[step]
        return inner
    return None


def _repeated_keys(root: yaml.Node) -> Iterator[tuple[int, str]]:
    """Yield line and name of every key that its mapping already has."""
    seen_nodes: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen_nodes:
            problem = "bí danh (&, *) không được dùng"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        seen_nodes.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            keys: set[str] = set()
            for key, value in node.value:
                if str(key.value) in keys:
                    yield key.start_mark.line + 1, str(key.value)
                keys.add(str(key.value))
                waiting.append(value)
