/**
 * `tunebook runs sync`: sends trackers what they missed. A folder of runs from someone else names trackers and the
 * environment variables of their secrets. So trackers on other machines, and those that need a secret, must be named by
 * the user with their address.
 */
import { existsSync, readdirSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import type { Call } from "#dsl/language/types/value.js";
import type { TrackerImplementation } from "#stdlib/trackers/kind.js";
import { registry } from "#stdlib/registry.js";
import { plural } from "#kernel/host/value-text.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";
import { sendRunToTrackers, type TrackerSendResult } from "#kernel/trackers/send-events.js";
import { isUnsent, readTracking, trackingFile, writeTracking } from "#kernel/trackers/tracking.js";
import { runsFolder } from "./runs-folder.js";

type Place = ReturnType<TrackerImplementation["place"]>;
export interface TrackerSyncRequest {
  readonly to: readonly string[];
  readonly list: boolean;
}

/** `waits`: whether something is still unsent. */
export async function syncAndReport(
  folder: string,
  request: TrackerSyncRequest,
): Promise<{ readonly text: string; readonly waits: boolean }> {
  const root = runsFolder(folder);
  const folders = [join(root, "sweeps"), root].flatMap(unsentIn);
  if (folders.length === 0) return { text: `nothing to send in ${root}\n`, waits: false };
  if (request.list) return { text: await listText(folders), waits: true };
  const outcomes: TrackerSendResult[] = [];
  for (const one of folders) {
    reopen(one);
    outcomes.push(...(await sendRunToTrackers(one, { tells: (_, place, home) => maySyncTo(place, home, request.to) })));
  }
  return { text: outcomesText(outcomes), waits: outcomes.some(({ is }) => is !== "told") };
}

/** Retries what was refused before. */
function reopen(folder: string): void {
  const tracking = readTracking(folder);
  if (!tracking?.trackers.some(({ refused }) => refused !== undefined)) return;
  const trackers = tracking.trackers.map(({ refused, ...state }) => {
    if (refused === undefined) return state;
    const { refused: why, ...savedState } = state.kept;
    void why;
    return { ...state, kept: savedState, done: false };
  });
  writeTracking(folder, { ...tracking, trackers });
}

function unsentIn(root: string): readonly string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .map((name) => join(root, name))
    .filter((folder) => {
      const tracking = existsSync(trackingFile(folder)) ? readTracking(folder) : null;
      return (
        tracking !== null && (isUnsent(tracking) || tracking.trackers.some(({ refused }) => refused !== undefined))
      );
    });
}

const LOCAL = /^https?:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?(?:\/|$)/i;

/** Allows a server on this machine without a secret, a folder inside the notebook's, and trackers named in `to`. */
export function maySyncTo(place: Place, home: string, to: readonly string[]): boolean {
  if ("folder" in place) {
    const inside = relative(home, resolve(home, place.folder));
    return (inside !== "" && !inside.startsWith("..") && !isAbsolute(inside)) || to.includes(place.folder);
  }
  if (LOCAL.test(place.url) && place.env === null) return true;
  return to.some((one) => place.url === one.replace(/\/+$/, ""));
}

async function placeOf(call: Call): Promise<{ readonly title: string; readonly place: Place } | null> {
  const word = registry.find("tracker", call.word);
  if (!word || word.planned) return null;
  const tracker = await loadImplementation(call, "tracker");
  return { title: tracker.title(call), place: tracker.place(call) };
}

async function listText(folders: readonly string[]): Promise<string> {
  const counts = new Map<string, { runs: number; home: string; place: Place }>();
  for (const folder of folders) {
    const tracking = readTracking(folder);
    for (const { call, done, refused } of tracking?.trackers ?? []) {
      const found = done && refused === undefined ? null : await placeOf(call);
      if (!found || !tracking) continue;
      const before = counts.get(found.title)?.runs ?? 0;
      counts.set(found.title, { runs: before + 1, home: resolve(folder, tracking.home), place: found.place });
    }
  }
  const lines = [...counts].map(
    ([title, { runs, home, place }]) =>
      `${title}: ${plural(runs, "run")}${maySyncTo(place, home, []) ? "" : ` (sent with ${toText(place)})`}`,
  );
  return `${lines.join("\n")}\n`;
}

function toText(place: Place): string {
  if ("folder" in place) return `--to ${JSON.stringify(place.folder)}`;
  return `--to ${place.url}${place.env === null ? "" : `, with the token of ${place.env}`}`;
}

function outcomesText(outcomes: readonly TrackerSendResult[]): string {
  const groups = new Map<string, { outcome: TrackerSendResult; runs: number }>();
  for (const outcome of outcomes) {
    const { title, is, why = "" } = outcome;
    const key = JSON.stringify([title, is, why]);
    groups.set(key, { outcome, runs: (groups.get(key)?.runs ?? 0) + 1 });
  }
  const lines = [...groups.values()].map(({ outcome: { title, is, why = "" }, runs }) => {
    const runsText = plural(runs, "run");
    if (is === "told") return `${title}: ${runsText} sent`;
    if (is === "away") return `${title}: ${runsText} still not sent: ${why}`;
    if (is === "refused") return `${title}: ${runsText} refused: ${why}`;
    if (is === "busy") return `${title}: ${runsText} being sent by another process`;
    return `${title}: ${runsText} not sent: ${why === "" ? "send them to an address with `tunebook runs sync --to …`; `--list` shows which" : why}`;
  });
  return `${lines.join("\n")}\n`;
}
