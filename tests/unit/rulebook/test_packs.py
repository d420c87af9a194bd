"""Loading packs: what is refused, and that every refusal names its file and line."""

import pytest

from rulebook import PackError, read_pack
from tests.unit.rulebook.pack_texts import NATION, PROVINCE, pack, rule

FIRST_RULE = NATION.count("\n") + 1


def refusal(text: str) -> PackError:
    with pytest.raises(PackError) as caught:
        read_pack(text, file="pack.yaml")
    return caught.value


def refused_at(text: str) -> list[tuple[int, str]]:
    error = refusal(text)
    assert str(error) == "\n".join(f"pack.yaml:{one.line}: {one.message}" for one in error.problems)
    return [(problem.line, problem.message) for problem in error.problems]


class TestYaml:
    def test_broken_yaml_names_its_line(self) -> None:
        ((line, message),) = refused_at("pack: x\nlayer: [nation\ntitle: y\n")

        assert (line, message[:8]) == (3, "not YAML")

    def test_empty_file_is_refused(self) -> None:
        assert refused_at("# nothing\n") == [(1, "the file is empty")]

    def test_key_written_twice_is_refused(self) -> None:
        assert refused_at("pack: x\nlayer: nation\npack: y\n") == [(3, "pack is written twice")]

    def test_key_that_is_no_text_is_refused(self) -> None:
        assert refused_at("pack: x\n? [a]\n: y\n") == [(2, "a key must be a plain text")]

    @pytest.mark.parametrize("value", ["0.5", "yes", "null", "0x10"])
    def test_ambiguous_scalar_is_refused(self, value: str) -> None:
        assert refused_at(f"pack: x\nlayer: {value}\n") == [
            (2, f"'{value}' is ambiguous; put it in quotes"),
        ]

    def test_alias_is_refused_even_of_itself(self) -> None:
        ((line, message),) = refused_at("pack: &x\n  - *x\n")

        assert (line, message.partition(";")[0]) == (1, "aliases are not used in packs")

    def test_day_stays_a_text(self) -> None:
        assert pack(NATION, rule()).located.content["effective_from"] == "2014-05-28"  # type: ignore[index]


class TestSchema:
    def test_unknown_key_names_its_own_line(self) -> None:
        ((line, message),) = refused_at(NATION + rule(more="colour: red"))

        assert line == FIRST_RULE + 8
        assert "colour" in message

    def test_missing_key_names_the_rule(self) -> None:
        ((line, message),) = refused_at(NATION + rule().replace("    severity: block\n", ""))

        assert line == FIRST_RULE
        assert "severity" in message

    def test_every_problem_is_named(self) -> None:
        problems = refused_at(NATION + rule("bad id") + rule("TST-02", severity="fatal"))

        assert [line for line, _ in problems] == [FIRST_RULE, FIRST_RULE + 10]

    def test_steps_need_stages(self) -> None:
        head = PROVINCE.replace("rules:\n", "")
        step = "{number: 1, id: a, zh: 甲, en: A, stage: s, actor: applicant, operation: case.act}"

        ((line, message),) = refused_at(f"{head}steps:\n  - {step}\n")
        assert line == 1
        assert "stages" in message


class TestRule:
    @pytest.mark.parametrize(
        ("text", "offset", "message"),
        [
            (rule(parameters="{interval: three months}"), 5, "'three months' is not a period"),
            (rule(parameters="{interval: 3}"), 5, "3 must be a text"),
            (rule(parameters="{}"), 5, "not_before needs interval"),
            (rule(parameters="{interval: P3M, colour: red}"), 5, "not_before has no parameter colour"),
            (rule(facts="{}"), 4, "not_before needs a fact for since"),
            (rule(facts="{since: a, until: b}"), 4, "not_before reads no until"),
            (rule(kind="not_after", parameters="{extended_within: P3M}"), 5, "not_after needs within"),
            (rule(kind="size", facts="{size: n}", parameters="{}"), 5, "size asks for nothing"),
            (rule(kind="size", facts="{size: n}", parameters="{basis_from: 7}"), 5, "size asks for nothing"),
            (rule(kind="size", facts="{size: n}", parameters="{max: -1}"), 5, "-1 must be a whole number"),
            (rule(kind="cap", facts="{value: n}", parameters="{max_share: 15}"), 5, "15 must be a text"),
            (rule(kind="cap", facts="{value: n}", parameters="{max_share: lots}"), 5, "must be a share"),
            (rule(kind="cap", facts="{value: n}", parameters="{max_share: 15%}"), 4, "needs a fact for base"),
            (
                rule(kind="documents", facts="{documents: d}", parameters="{any_of: []}"),
                5,
                "at least one name",
            ),
            (
                rule(kind="documents", facts="{documents: d}", parameters="{any_of: [a, a]}"),
                5,
                "listed twice",
            ),
            (
                rule(kind="documents", facts="{documents: d}", parameters="{any_of: [A]}"),
                5,
                "lower_snake_case",
            ),
            (
                rule(
                    kind="quorum",
                    facts="{present: p, should_attend: s}",
                    parameters="{share: 1/2, comparison: about}",
                ),
                5,
                "'about' must be one of at_least, more_than",
            ),
            (rule().replace("needed {needed}", "needed {colour}"), 7, "no placeholder colour"),
            (rule().replace("needed {needed}", "needed {needed"), 7, "not a template"),
            (rule(more="effective_from: 2023-02-29"), 8, "'2023-02-29' is not a calendar day"),
            (rule(more="effective_to: 2023-02-29"), 8, "'2023-02-29' is not a calendar day"),
            (rule(more="effective_to: 2014-05-28"), 8, "effective_to must be later"),
        ],
    )
    def test_content_that_does_not_fit_its_kind_is_refused(
        self, text: str, offset: int, message: str
    ) -> None:
        ((line, found),) = refused_at(NATION + text)

        assert line == FIRST_RULE + offset
        assert message in found

    @pytest.mark.parametrize(
        ("brackets", "message"),
        [
            ("[]", "a list of brackets is needed"),
            ("[{rate: 1%}, {rate: 2%}]", "brackets must rise"),
            ('[{up_to: "5", rate: 1%}, {up_to: "3", rate: 1%}, {rate: 2%}]', "brackets must rise"),
            ('[{up_to: "5", rate: 1%}]', "only the last one must be without up_to"),
            ('[{rate: 1%, amount: "2"}]', "one of rate and amount"),
            ('[{amount: "0.205"}]', "must be an amount"),
        ],
    )
    def test_table_that_is_no_table_is_refused(self, brackets: str, message: str) -> None:
        text = rule(kind="table", facts="{amount: a, value: v}", parameters=f"{{brackets: {brackets}}}")

        ((line, found),) = refused_at(NATION + text)
        assert line == FIRST_RULE + 5
        assert message in found


class TestPack:
    def test_span_without_a_day_is_refused(self) -> None:
        text = NATION.replace("operations:", "effective_to: 2014-05-28\noperations:") + rule()

        assert refused_at(text) == [(5, "effective_to must be later than effective_from")]

    def test_rule_inherits_the_packs_span(self) -> None:
        text = NATION.replace("operations:", "effective_to: 2020-01-01\noperations:")
        (inherited,) = pack(text, rule()).rules

        assert (str(inherited.effective_from), str(inherited.effective_to)) == ("2014-05-28", "2020-01-01")

    def test_steps_are_numbered_and_belong_to_a_stage(self) -> None:
        head = PROVINCE.replace("rules:\n", "stages:\n  - {number: 1, id: s, zh: 段, en: Stage}\n")
        step = "{number: 2, id: a, zh: 甲, en: A, stage: t, actor: applicant, operation: case.act}"

        assert refused_at(f"{head}steps:\n  - {step}\n") == [
            (8, "steps are numbered from 1 on"),
            (8, "no stage t"),
        ]
