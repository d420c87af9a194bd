// A small application over the generated client: reads a unit, renames it, opens an admission case.
// It is compiled in strict mode and run by tests/contract/test_typescript.py.
import createClient from "openapi-fetch";
import type { components, paths } from "./client.js";

type Unit = components["schemas"]["Unit"];
type Problem = components["schemas"]["Problem"];

function clientOf(token: string | undefined) {
  return createClient<paths>({
    baseUrl: process.env["GATEWAY"] ?? "http://127.0.0.1:8000",
    headers: { Authorization: `Bearer ${token ?? ""}`, "Accept-Language": "en" },
  });
}

const api = clientOf(process.env["TOKEN"]);
const secretary = clientOf(process.env["SECRETARY"]);

class RefusedError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.reason}: ${problem.detail}`);
    this.problem = problem;
  }
}

async function listUnits(kind: components["schemas"]["UnitKind"]): Promise<Unit[]> {
  const found: Unit[] = [];
  let pageToken = "";
  do {
    const { data, error } = await api.GET("/v1/units", { params: { query: { kind, pageSize: 2, pageToken } } });
    if (error !== undefined) throw new RefusedError(error);
    found.push(...data.units);
    pageToken = data.nextPageToken;
  } while (pageToken !== "");
  return found;
}

async function establish(parentUnitId: string, unit: components["schemas"]["UnitInputWrite"]): Promise<Unit> {
  const { data, error } = await api.POST("/v1/units", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { parentUnitId, unit },
  });
  if (error !== undefined) throw new RefusedError(error);
  return data;
}

async function rename(unitId: string, name: string): Promise<Unit> {
  const read = await api.GET("/v1/units/{unitId}", { params: { path: { unitId } } });
  if (read.error !== undefined) throw new RefusedError(read.error);
  const { data, error } = await api.PATCH("/v1/units/{unitId}", {
    params: { path: { unitId }, header: { "If-Match": read.response.headers.get("ETag") ?? "" } },
    body: { name },
  });
  if (error !== undefined) throw new RefusedError(error);
  return data;
}

async function register(name: string, birthDate: string): Promise<{ personId: string; eventId: string }> {
  const { data, error, response } = await api.POST("/v1/persons", {
    body: { person: { name, birthDate, kind: "PERSON_KIND_STUDENT" } },
  });
  if (error !== undefined) throw new RefusedError(error);
  return { personId: data.personId, eventId: response.headers.get("Event-Id") ?? "" };
}

/** Opens a case; what the rules say against it comes back as sentences. */
async function apply(personId: string, unitId: string, appliedOn: string, eventId: string): Promise<string[]> {
  const { error } = await secretary.POST("/v1/admissionCases", {
    params: { header: { "After-Event": eventId } },
    body: {
      personId,
      unitId,
      appliedOn,
      route: "APPLICATION_ROUTE_WORK_OR_STUDY_UNIT",
      isChineseCitizen: true,
      acceptsProgramme: true,
    },
  });
  if (error === undefined) return [];
  const broken = (error.verdicts ?? []).filter((verdict) => !verdict.satisfied);
  if (broken.length === 0) throw new RefusedError(error);
  return broken.map((verdict) => `${verdict.ruleId} until ${verdict.clearsOn ?? "it changes"}: ${verdict.message}`);
}

/** The branch whose secretary the second caller is. */
async function ownBranch(): Promise<string> {
  const { data, error } = await secretary.GET("/v1/own-grants");
  if (error !== undefined) throw new RefusedError(error);
  const grant = data.grants.find((each) => each.role === "ROLE_BRANCH_SECRETARY");
  if (grant === undefined) throw new Error("the caller is no branch secretary");
  return grant.unitId;
}

const clock = await api.GET("/v1/clock");
if (clock.error !== undefined) throw new RefusedError(clock.error);
const { today } = clock.data;
const tag = crypto.randomUUID().slice(0, 8);

const [university] = await listUnits("KIND_UNIVERSITY");
if (university === undefined) throw new Error("there is no university");
const school = await establish(university.unitId, { kind: "KIND_SCHOOL", name: `学院 ${tag}` });
const renamed = await rename(school.unitId, `第一学院 ${tag}`);
const child = await register("未成年申请人", `${Number(today.slice(0, 4)) - 17}-01-01`);
const refusals = await apply(child.personId, await ownBranch(), today, child.eventId);
console.log(JSON.stringify({ listed: (await listUnits("KIND_SCHOOL")).length, name: renamed.name, refusals }));
