"""Enters what happened: the admissions and their oath, the award, honours and indicators."""

from collections.abc import Sequence
from typing import Any

from deploy.local.demo import admissions, history, structure
from deploy.local.demo.asking import LARGE_AT_ONCE, Gateway, LoadError, batched
from deploy.local.demo.founding import ACTIVITY, EVALUATION, MEMBERSHIP, Founding
from deploy.local.demo.people import Applicant, People
from deploy.local.demo.sizes import Size
from deploy.local.demo.structure import Structure

# A case of an admitted member has thirty steps, and every step is judged.
HONOURS_AT_ONCE, CASES_AT_ONCE = 500, 20


class Recalling:
    """The history of a university whose units and people stand."""

    def __init__(
        self, gateway: Gateway, size: Size, plan: Structure, everybody: People, founding: Founding
    ) -> None:
        self._gateway, self._size, self._plan = gateway, size, plan
        self._people, self._founding = everybody, founding

    # ── admissions ───────────────────────────────────────────────────────────────────────────────────────

    def bring_in_cases(self) -> None:
        """The admissions of before, from paper: the votes on them were held long before this system."""
        batches = list(enumerate(batched(self._people.applicants, CASES_AT_ONCE)))
        self._gateway.each("发展党员案卷 admission cases", batches, self._bring_in, at_once=LARGE_AT_ONCE)

    def _bring_in(self, batch: tuple[int, Sequence[Applicant]]) -> None:
        number, applicants = batch
        committee = self._founding.person_id("community-secretary")
        cases = admissions.cases(self._people, self._founding.units, committee, applicants)
        body = {"sourceReference": admissions.SOURCE, "cases": list(cases)}
        self._gateway.post("/v1/admissionCases:import", body, key=f"cases-{number}", by=self._founding.clerk)

    def swear(self) -> None:
        """A hundred swear on one day; membership writes it into every case."""
        self._gateway.settle(ACTIVITY)
        by = self._founding.number("community-secretary")
        planned = self._gateway.post("/v1/ceremonies", self._ceremony(), key="ceremony", by=by)
        path = f"/v1/ceremonies/{planned['ceremonyId']}"
        everybody = [applicant.person.person_id for applicant in self._people.oath_takers]
        etag = None
        for verb, body in (
            ("addOathTakers", {"personIds": everybody}),
            ("callRoll", {"presentPersonIds": everybody}),
            ("hold", {"heldOn": admissions.OATH_ON}),
        ):
            made = self._gateway.post(f"{path}:{verb}", body, key=f"oath-{verb}", by=by, etag=etag)
            etag = made["etag"]
        done = self._gateway.until(
            lambda: self._gateway.get(path), lambda it: it["state"] == "STATE_COMPLETED", "the oath"
        )
        refused = [taker for taker in done["oathTakers"] if taker["outcome"] != "OUTCOME_SWORN"]
        if refused:
            raise LoadError(f"The demonstration was not loaded: {len(refused)} did not swear: {refused[0]}")

    def _ceremony(self) -> dict[str, Any]:
        return {
            "unitId": self._founding.units["community"],
            "title": "庆祝中国共产党成立100周年百名新党员入党宣誓",
            "heldOn": admissions.OATH_ON,
            "leadPersonId": self._founding.person_id("community-secretary"),
            "place": "兴庆校区",
        }

    # ── award, honours, indicators ───────────────────────────────────────────────────────────────────────

    def award(self) -> None:
        """The editions of the award, the honours of a year, and the two indicators counted from them."""
        self._gateway.settle(MEMBERSHIP, EVALUATION)
        by, university = self._founding.number("affairs-clerk"), self._founding.units[structure.ROOT]
        award = self._gateway.post("/v1/awards", history.AWARD | {"unitId": university}, key="award", by=by)
        editions = history.editions(self._plan, self._founding.units)
        body = {"awardId": award["awardId"], "editions": editions}
        self._gateway.post("/v1/editions:import", body, key="editions", by=by)
        batches = list(enumerate(batched(history.honours(self._size, self._people), HONOURS_AT_ONCE)))
        self._gateway.each("荣誉 honours", batches, self._record, at_once=LARGE_AT_ONCE)
        self._gateway.each("指标 indicators", history.INDICATORS, self._define)

    def _record(self, batch: tuple[int, Sequence[dict[str, Any]]]) -> None:
        number, honours = batch
        body = {"unitId": self._founding.units[structure.ROOT], "honours": list(honours)}
        by = self._founding.number("affairs-clerk")
        self._gateway.post("/v1/honours:batchRecord", body, key=f"honours-{number}", by=by)

    def _define(self, indicator: tuple[dict[str, Any], str | None]) -> None:
        definition, day = indicator
        by, code = self._founding.clerk, definition["code"]
        body = definition | {"unitId": self._founding.units[structure.ROOT]}
        made = self._gateway.post("/v1/indicators", body, key=f"indicator-{code}", by=by)
        asked = {"year": history.YEAR} | ({} if day is None else {"asOf": day})
        path = f"/v1/indicators/{made['indicatorId']}:compute"
        self._gateway.post(path, asked, key=f"value-{code}", by=by)
