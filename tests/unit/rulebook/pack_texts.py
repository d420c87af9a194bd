"""Small packs as text, for tests of the loader and of layers."""

from rulebook import Pack, RuleBook, read_pack

NATION = """\
pack: nation
layer: nation
title: {zh: 全国, en: Nation}
effective_from: 2014-05-28
operations:
  - {id: case.act, zh: 行为, en: Act}
  - {id: case.other, zh: 其他, en: Other}
rules:
"""
PROVINCE = NATION.replace("nation", "province").replace("全国", "省").partition("operations:")[0] + "rules:\n"
UNIVERSITY = PROVINCE.replace("province", "university")


def rule(
    rule_id: str = "TST-01",
    *,
    kind: str = "not_before",
    facts: str = "{since: begun_on}",
    parameters: str = "{interval: P3M}",
    severity: str = "block",
    applies_to: str = "[case.act]",
    more: str = "",
) -> str:
    """One rule of eight lines, or nine with `more`, a line of its own."""
    lines = [
        f"  - id: {rule_id}",
        f"    kind: {kind}",
        f"    severity: {severity}",
        f"    applies_to: {applies_to}",
        f"    facts: {facts}",
        f"    parameters: {parameters}",
        '    source: {doc: 规定, article: "1"}',
        '    messages: {zh: "需要{needed}", en: "needed {needed}"}',
    ]
    return "\n".join([*lines, f"    {more}"] if more else lines) + "\n"


def pack(head: str, *rules: str, file: str = "pack.yaml") -> Pack:
    return read_pack(head + "".join(rules), file=file)


def book(*, nation: str = "", province: str = "", university: str = "") -> RuleBook:
    """A rule book of one rule text for each layer that has one."""
    texts = {
        "nation.yaml": NATION + (nation or rule()),
        "province.yaml": PROVINCE + province,
        "university.yaml": UNIVERSITY + university,
    }
    used = [name for name, given in zip(texts, (True, province, university), strict=True) if given]
    return RuleBook([read_pack(texts[name], file=name) for name in used])
