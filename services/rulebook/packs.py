"""Loads one rule pack from a YAML file; every refusal names the file and the line.

Compares no packs with each other: that is the rule book's work.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from .errors import PackError, PackProblem
from .rules import Layer, Operation, Rule, RuleContentError, Stage, Step, build_rule, read_span
from .source_lines import Located, read_yaml
from .source_lines import Path as ContentPath

PACKS_DIRECTORY = Path(__file__).parent / "packs"


@dataclass(frozen=True)
class Pack:
    """One layer's rules, and perhaps its catalogue of steps, for a span of days."""

    name: str
    layer: Layer
    effective_from: date
    effective_to: date | None
    operations: tuple[Operation, ...]
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    rules: tuple[Rule, ...]
    located: Located = field(repr=False, compare=False)

    @property
    def file(self) -> str:
        return self.located.file

    def is_in_force(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on < self.effective_to)

    def rule_problem(self, rule: Rule, message: str, *, at: str = "id") -> PackProblem:
        """
        A problem with one of this pack's rules, at the line of its key `at`.
        """
        return self.located.problem(("rules", self.rules.index(rule), at), f"{rule.id}: {message}")


def load_pack(path: Path) -> Pack:
    """
    Read a pack file.
    """
    return read_pack(path.read_text(encoding="utf-8"), file=str(path))


@cache
def shipped_pack(name: str) -> Pack:
    """
    A pack that comes with the product; it is read once in the life of a process.
    """
    return load_pack(PACKS_DIRECTORY / f"{name}.yaml")


def read_pack(text: str, *, file: str) -> Pack:
    """
    Read a pack from its text; `file` is the name that errors give.
    """
    located = read_yaml(text, file=file)
    problems = [_schema_problem(located, error) for error in _validator().iter_errors(located.content)]
    if problems:
        raise PackError(sorted(problems, key=lambda problem: problem.line))
    content = cast(dict[str, Any], located.content)
    try:
        starts, ends = read_span(content)
    except RuleContentError as error:
        raise PackError([located.problem(error.path, str(error))]) from None
    pack = Pack(
        name=content["pack"],
        layer=Layer(content["layer"]),
        effective_from=starts,
        effective_to=ends,
        operations=tuple(Operation(**item) for item in content.get("operations", ())),
        stages=tuple(Stage(**item) for item in content.get("stages", ())),
        steps=tuple(Step.of(item) for item in content.get("steps", ())),
        rules=_build_rules(located, content),
        located=located,
    )
    _check_steps(pack)
    return pack


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _schema_problem(located: Located, error: ValidationError) -> PackProblem:
    path: ContentPath = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        unknown = next((key for key in error.instance if key not in known), None)
        path = path if unknown is None else (*path, unknown)
    return located.problem(path, error.message)


def _build_rules(located: Located, content: dict[str, Any]) -> tuple[Rule, ...]:
    inherited = {key: content[key] for key in ("pack", "layer", "effective_from")}
    if "effective_to" in content:
        inherited["effective_to"] = content["effective_to"]
    rules, problems = [], []
    for place, item in enumerate(content.get("rules", ())):
        try:
            rules.append(build_rule({**inherited, **item}))
        except RuleContentError as error:
            problems.append(located.problem(("rules", place, *error.path), f"{item['id']}: {error}"))
    if problems:
        raise PackError(problems)
    return tuple(rules)


def _check_steps(pack: Pack) -> None:
    stages = {stage.id for stage in pack.stages}
    problems = []
    for place, step in enumerate(pack.steps):
        if step.number != place + 1:
            problems.append(pack.located.problem(("steps", place, "number"), "steps are numbered from 1 on"))
        if step.stage not in stages:
            problems.append(pack.located.problem(("steps", place, "stage"), f"no stage {step.stage}"))
    if problems:
        raise PackError(problems)
