/**
 * Brings the trackers of one run up to date with it. Each is told by itself, so that one that hangs keeps nobody waiting; two
 * processes never tell the same run at once. What was told is kept before anything else is, so that it is not told again.
 */
import { join, resolve } from "node:path";
import lockfile from "proper-lockfile";
import type { Call } from "#dsl/language/types/value.js";
import { TrackerAway, TrackerRefuses, type TrackedRun, type TrackerImplementation } from "#stdlib/trackers/kind.js";
import { registry } from "#stdlib/registry.js";
import { does } from "../host/load-implementation.js";
import { aboutRun } from "./run-details.js";
import { doorOf, type Patience } from "./door.js";
import { happenedSince } from "./event-reader.js";
import {
  readTracking,
  sameTracker,
  trackingFile,
  writeTracking,
  type Tracking,
  type TrackerState,
} from "./tracking.js";

export interface Outcome {
  readonly folder: string;
  readonly call: Call;
  readonly title: string;
  /** `left`: it isn't to be told now; `busy`: another process tells it. */
  readonly is: "told" | "away" | "refused" | "left" | "busy";
  readonly why?: string;
}
export interface Sending {
  readonly signal?: AbortSignal;
  readonly patience?: Patience;
  /** Whether that tracker is to be told now; absent: each is. */
  readonly tells?: (call: Call, place: ReturnType<TrackerImplementation["place"]>, home: string) => boolean;
}
/** Without a sign for so long a process that told a run is taken for ended. */
const STALE = 20_000;

export async function sendRun(folder: string, sending: Sending = {}): Promise<readonly Outcome[]> {
  const before = readTracking(folder);
  if (!before) return [];
  let release: () => Promise<void>;
  try {
    const options = { stale: STALE, realpath: false, retries: 0, onCompromised: () => undefined };
    release = await lockfile.lock(trackingFile(folder), options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const outcome = code === "ELOCKED" ? ({ is: "busy" } as const) : ({ is: "away", why: message } as const);
    return before.trackers.map(({ call }) => ({ folder, call, title: call.word, ...outcome }));
  }
  try {
    const tracking = readTracking(folder) ?? before;
    return await Promise.all(
      tracking.trackers.filter(({ done }) => !done).map((state) => tellOne(folder, tracking, state, sending)),
    );
  } finally {
    await release().catch(() => undefined); // somebody took the file away
  }
}

async function tellOne(folder: string, tracking: Tracking, state: TrackerState, o: Sending): Promise<Outcome> {
  const { call } = state;
  const word = registry.find("tracker", call.word);
  if (!word || word.planned)
    return { folder, call, title: call.word, is: "left", why: "this version has no such tracker" };
  const tracker = await does(call, "tracker");
  const home = resolve(folder, tracking.home);
  const place = tracker.place(call);
  const told = { folder, call, title: tracker.title(call) };
  if (o.tells && !o.tells(call, place, home)) return { ...told, is: "left" };
  const keep = (more: Partial<TrackerState>): void => keepIn(folder, call, more);
  try {
    const run = aboutRun(folder, tracking);
    if (!run) return { ...told, is: "left", why: "its plan or its lock can't be read" };
    let { kept } = state;
    const door = doorOf({
      folder,
      home,
      place,
      kept,
      signal: o.signal,
      ...(o.patience && { patience: o.patience }),
      parent: parentOf(folder, tracking, call),
      keep: (now) => keep({ kept: (kept = now) }),
    });
    await tracker.tell(call, run, door);
    if (isWhole(folder, run, kept["cursor"])) keep({ done: true });
    return { ...told, is: "told" };
  } catch (error) {
    if (error instanceof TrackerAway) return { ...told, is: "away", why: error.message };
    if (o.signal?.aborted === true) return { ...told, is: "away", why: "there was no time" };
    // A defect of ours: the others are told all the same.
    if (!(error instanceof TrackerRefuses)) return { ...told, is: "away", why: (error as Error).message };
    keep({ done: (aboutRun(folder, tracking)?.ended ?? null) !== null, refused: error.message });
    return { ...told, is: "refused", why: error.message };
  }
}

/** Nothing else will happen, and nothing did meanwhile. */
function isWhole(folder: string, run: TrackedRun, cursor: unknown): boolean {
  if (!run.ended || typeof cursor !== "object") return false;
  return happenedSince(folder, cursor as Readonly<Record<string, number>> | null).last;
}

function parentOf(folder: string, { parent }: Tracking, call: Call) {
  if (parent === undefined) return null;
  const sweep = readTracking(join(folder, parent));
  return sweep?.trackers.find((one) => sameTracker(one.call, call))?.kept ?? null;
}

/** Others may have been added to the file meanwhile. */
function keepIn(folder: string, call: Call, more: Partial<TrackerState>): void {
  const now = readTracking(folder);
  if (!now) return;
  const trackers = now.trackers.map((one) => (sameTracker(one.call, call) ? { ...one, ...more } : one));
  writeTracking(folder, { ...now, trackers });
}
