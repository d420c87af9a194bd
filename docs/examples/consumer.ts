// Keeps a copy of one noun of one service in a file: `node consumer.ts organization unit copy.json`.
//
// The broker makes it quick, the log makes it whole: whatever the broker loses or repeats, the copy ends equal
// to the log. Needs Node 20 or newer and `@nats-io/transport-node` (Node 22.18 and newer run it as it is, older
// ones after `tsc`). The surroundings say where and who: NATS_URL, GATEWAY, and TOKEN_FILE, a file that whatever
// fetches your access tokens keeps fresh.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { argv, env } from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "@nats-io/transport-node";

interface CloudEvent {
  specversion: "1.0";
  id: string;
  type: string;
  subject: string;
  position: number;
  previousposition: number;
  epoch: number;
  resourceversion: number;
  data: Record<string, unknown>;
}

interface Head {
  epoch: number;
  position: number;
}

interface Page {
  events: { cloudEvent: CloudEvent }[];
  headPosition: number;
  epoch: number;
}

interface Kept {
  epoch: number;
  position: number;
  resources: Record<string, { version: number; document: unknown }>;
}

const PAGE = 1000;
// How long to wait before the gateway is asked again, when it did not answer.
const AGAIN_MILLISECONDS = 1000;
// A broker that works is heard every five seconds, because the services announce their heads.
const SILENCE_MILLISECONDS = 15_000;

const [service = "organization", noun = "unit", path = "copy.json"] = argv.slice(2);
// `data` holds the resource under the noun's name as JSON spells it.
const field = noun.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

let kept: Kept = existsSync(path)
  ? (JSON.parse(readFileSync(path, "utf8")) as Kept)
  : { epoch: 0, position: 0, resources: {} };
let head = 0;

// The resources and the watermark are one file, replaced whole: both change or neither does. A copy of any
// size belongs into a database, with both in one transaction.
function save(): void {
  writeFileSync(`${path}.new`, JSON.stringify(kept));
  renameSync(`${path}.new`, path);
}

// What is at or below the watermark was taken before and changes nothing.
function apply(event: CloudEvent, source: string): void {
  if (event.position <= kept.position) return;
  const before = kept.resources[event.subject];
  if (before === undefined || before.version < event.resourceversion) {
    kept.resources[event.subject] = { version: event.resourceversion, document: event.data[field] };
  }
  kept.position = event.position;
  console.log(`${event.position} ${event.type} ${event.subject} from the ${source}`);
}

async function page(): Promise<Page> {
  const query = new URLSearchParams({ afterPosition: String(kept.position), noun, pageSize: String(PAGE) });
  const token = readFileSync(env["TOKEN_FILE"] ?? "token", "utf8").trim();
  const answer = await fetch(`${env["GATEWAY"]}/v1/${service}/events?${query}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Page;
}

// Applies what the log has after the watermark.
async function readLog(): Promise<void> {
  for (;;) {
    let found: Page;
    try {
      found = await page();
    } catch (error) {
      console.error("the gateway does not answer:", error);
      await pause(AGAIN_MILLISECONDS);
      continue;
    }
    if (found.epoch !== kept.epoch) {
      // A new life of the log: after a restore, positions mean something else.
      kept = { epoch: found.epoch, position: 0, resources: {} };
      continue;
    }
    for (const { cloudEvent } of found.events) apply(cloudEvent, "log");
    save();
    if (found.events.length === 0) {
      // Only an empty page is the end: one of long events is shorter than asked for.
      head = Math.max(head, found.headPosition);
      return;
    }
  }
}

// An event that follows on the last one is applied; everything else is settled by the log.
async function take(message: CloudEvent | Head): Promise<void> {
  if (message.epoch !== kept.epoch) {
    await readLog();
  } else if (!("specversion" in message)) {
    // A head announcement; the head of a service moves with other nouns too.
    if (message.position > head) await readLog();
  } else if (message.position > kept.position) {
    if (message.previousposition !== kept.position) {
      await readLog();
    } else {
      apply(message, "broker");
      save();
    }
  }
}

// One thing at a time, in the order in which it was heard.
let silence: NodeJS.Timeout | undefined;
let last: Promise<void> = Promise.resolve();
function next(work: () => Promise<void>): Promise<void> {
  clearTimeout(silence);
  silence = setTimeout(() => void next(readLog), SILENCE_MILLISECONDS);
  last = last.then(work);
  return last;
}

const client = await connect({
  servers: env["NATS_URL"] ?? "nats://127.0.0.1:4222",
  maxReconnectAttempts: -1,
  reconnectTimeWait: 500,
});
for (const subject of [`shuyuan.${service}.v1.${noun}.*`, `shuyuan.${service}.head`]) {
  client.subscribe(subject, {
    callback: (error, message) => {
      if (error === null) void next(() => take(message.json<CloudEvent | Head>()));
    },
  });
}
await client.flush();
// After subscribing, so that nothing falls between the log and the broker.
await next(readLog);
for await (const status of client.status()) {
  // Whatever was published meanwhile is in the log.
  if (status.type === "reconnect") void next(readLog);
}
