/**
 * Sends a run's new events to its trackers. Each tracker is handled separately, so that a slow one does not delay the
 * others, and two processes never send the same run at once. The position is stored right after sending, so that
 * nothing is sent twice.
 */
import { join, resolve } from "node:path";
import lockfile from "proper-lockfile";
import type { Call } from "#dsl/language/types/value.js";
import {
  TrackerUnavailableError,
  TrackerRefusalError,
  type TrackedRun,
  type TrackerImplementation,
} from "#stdlib/trackers/kind.js";
import { registry } from "#stdlib/registry.js";
import { loadImplementation } from "../host/load-implementation.js";
import { trackedRunOf } from "./run-details.js";
import { trackerHostOf, type TrackerTimeouts } from "./tracker-client.js";
import { readEventsSince } from "./event-reader.js";
import {
  readTracking,
  isSameTracker,
  trackingFile,
  writeTracking,
  type RunTrackingState,
  type TrackerState,
} from "./tracking.js";

export interface TrackerSendResult {
  readonly folder: string;
  readonly call: Call;
  readonly title: string;
  /** `left`: not due now; `busy`: another process is sending it. */
  readonly is: "told" | "away" | "refused" | "left" | "busy";
  readonly why?: string;
}
export interface SendRunOptions {
  readonly signal?: AbortSignal;
  readonly patience?: TrackerTimeouts;
  /** Returns whether this tracker is due now. Defaults to all of them. */
  readonly tells?: (call: Call, place: ReturnType<TrackerImplementation["place"]>, home: string) => boolean;
}
/** Milliseconds without an update after which the process that was sending a run counts as dead. */
const STALE = 20_000;

export async function sendRunToTrackers(
  folder: string,
  sending: SendRunOptions = {},
): Promise<readonly TrackerSendResult[]> {
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
    await release().catch(() => undefined); // the lock file was already removed
  }
}

async function tellOne(
  folder: string,
  tracking: RunTrackingState,
  state: TrackerState,
  options: SendRunOptions,
): Promise<TrackerSendResult> {
  const { call } = state;
  const word = registry.find("tracker", call.word);
  if (!word || word.planned)
    return { folder, call, title: call.word, is: "left", why: "this version does not have this tracker" };
  const tracker = await loadImplementation(call, "tracker");
  const home = resolve(folder, tracking.home);
  const place = tracker.place(call);
  const result = { folder, call, title: tracker.title(call) };
  if (options.tells && !options.tells(call, place, home)) return { ...result, is: "left" };
  const keep = (more: Partial<TrackerState>): void => keepIn(folder, call, more);
  try {
    const run = trackedRunOf(folder, tracking);
    if (!run) return { ...result, is: "left", why: "its plan or its lock cannot be read" };
    let { kept: trackerState } = state;
    const door = trackerHostOf({
      folder,
      home,
      place,
      kept: trackerState,
      signal: options.signal,
      ...(options.patience && { patience: options.patience }),
      parent: parentOf(folder, tracking, call),
      keep: (now) => keep({ kept: (trackerState = now) }),
    });
    await tracker.tell(call, run, door);
    if (isWhole(folder, run, trackerState["cursor"])) keep({ done: true });
    return { ...result, is: "told" };
  } catch (error) {
    if (error instanceof TrackerUnavailableError) return { ...result, is: "away", why: error.message };
    if (options.signal?.aborted === true) return { ...result, is: "away", why: "there was no time" };
    // An error of the tracker's implementation: the other trackers are served all the same.
    if (!(error instanceof TrackerRefusalError)) return { ...result, is: "away", why: (error as Error).message };
    keep({ done: (trackedRunOf(folder, tracking)?.ended ?? null) !== null, refused: error.message });
    return { ...result, is: "refused", why: error.message };
  }
}

/** Reports whether the run has ended and all its events were sent. */
function isWhole(folder: string, run: TrackedRun, cursor: unknown): boolean {
  if (!run.ended || typeof cursor !== "object") return false;
  return readEventsSince(folder, cursor as Readonly<Record<string, number>> | null).last;
}

function parentOf(folder: string, { parent }: RunTrackingState, call: Call) {
  if (parent === undefined) return null;
  const sweep = readTracking(join(folder, parent));
  return sweep?.trackers.find((one) => isSameTracker(one.call, call))?.kept ?? null;
}

/** The file may have changed meanwhile, for instance by added trackers. */
function keepIn(folder: string, call: Call, more: Partial<TrackerState>): void {
  const now = readTracking(folder);
  if (!now) return;
  const trackers = now.trackers.map((one) => (isSameTracker(one.call, call) ? { ...one, ...more } : one));
  writeTracking(folder, { ...now, trackers });
}
