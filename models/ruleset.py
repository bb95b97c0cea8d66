"""Rule sets by name and by period; each is a file of `models/rulesets`.

The schema is documented in `docs/criteria.md` and at the head of
`models/rulesets/qd28_2025.toml`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from geo.records import Period
from models.errors import RuleSetError
from models.rule_parts import RuleSet
from models.ruleset_file import parse_ruleset

__all__ = [
    "DEFAULT_RULESET",
    "RuleSet",
    "load_ruleset",
    "parse_ruleset",
    "ruleset_for",
    "ruleset_names",
]

DEFAULT_RULESET = "qd28_2025"


@cache
def load_ruleset(name: str = DEFAULT_RULESET) -> RuleSet:
    """Load a rule set by its name.

    >>> load_ruleset("qd28_2025").commune.types[0].required
    3

    Raises
    ------
    RuleSetError
        If there is no such rule set or its file contradicts the schema.
    """
    source = files("models") / "rulesets" / f"{name}.toml"
    if not re.fullmatch(r"\w+", name) or not source.is_file():
        raise RuleSetError(
            f"Không có bộ tiêu chí «{name}». Hãy chọn một trong: {', '.join(ruleset_names())}."
        )
    return parse_ruleset(source.read_text(encoding="utf-8"))


@cache
def ruleset_names() -> tuple[str, ...]:
    """Names of the rule sets, the oldest first.

    >>> ruleset_names()
    ('qd3122_2010', 'qd28_2025')
    """
    paths = (files("models") / "rulesets").iterdir()
    names = [path.name.removesuffix(".toml") for path in paths if path.name.endswith(".toml")]
    return tuple(sorted(names, key=lambda name: load_ruleset(name).valid_from))


def ruleset_for(period: Period) -> RuleSet:
    """The rule set in force at the end of a period; the oldest where none was yet.

    >>> from models.periods import evaluation_period
    >>> ruleset_for(evaluation_period(2025)).name, ruleset_for(evaluation_period(2024)).name
    ('qd28_2025', 'qd3122_2010')
    """
    known = [load_ruleset(name) for name in ruleset_names()]
    return next((rules for rules in reversed(known) if rules.is_in_force(period.end)), known[0])
