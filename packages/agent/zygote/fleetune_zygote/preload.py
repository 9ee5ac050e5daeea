"""Finds what a program imports, and imports of it what is safe to share between jobs."""

import ast
import importlib
import importlib.util
import sys

from .messages import thread_count


class UnsafeImport(Exception):
    """A module did more than define things; a zygote without it has to be made."""

    def __init__(self, module: str, reason: str) -> None:
        super().__init__(f"{module} {reason}")
        self.module = module


def imported_modules(sources: "list[str]") -> "list[str]":
    """Every absolute import anywhere in the sources, in order, each once. `from a import b` gives a and a.b."""
    found: "dict[str, None]" = {}
    for source in sources:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            # The program itself says what is wrong with it.
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found.update(dict.fromkeys(alias.name for alias in node.names))
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found[node.module] = None
                found.update(dict.fromkeys(f"{node.module}.{alias.name}" for alias in node.names))
    return list(found)


def import_allowed(modules: "list[str]", allowed: "set[str]", excluded: "set[str]") -> "list[str]":
    """Imports those whose first name is allowed, and returns the first names that are there now.

    Raises UnsafeImport when one fails or starts a thread.
    """
    for name in modules:
        first = name.partition(".")[0]
        if first not in allowed or first in excluded or not _is_module(name):
            continue
        try:
            importlib.import_module(name)
        except BaseException as error:
            raise UnsafeImport(first, f"cannot be imported: {error!r}") from None
        if thread_count() != 1:
            raise UnsafeImport(first, "starts a thread when it is imported")
    return sorted({name.partition(".")[0] for name in sys.modules} & allowed)


def _is_module(name: str) -> bool:
    """`from a import b` does not say whether b is a module."""
    try:
        return importlib.util.find_spec(name) is not None
    except BaseException:
        return False
