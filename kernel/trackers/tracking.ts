/**
 * The trackers of a run, and how far each has received it: `trackers.json` in the run's folder. Events are in the run's
 * own logs, which are written first, so nothing is lost if a tracker is unavailable or this process ends. A folder of
 * runs may come from anyone: the file is checked against a schema. It names secrets but never contains them.
 */
import { join } from "node:path";
import * as v from "valibot";
import canonicalize from "canonicalize";
import type { Call } from "#dsl/language/types/value.js";
import type { TrackerMemory } from "#stdlib/trackers/kind.js";
import { makePrivateFolder, writePrivateFile } from "../fetch/private.js";
import { callSchema } from "../runs/plan-schema.js";
import { toRunFolderError } from "../runs/folder-errors.js";
import { readRegularJson } from "../runs/read-events.js";
import { objectWith, schemaGuard, jsonObject, type Schema } from "../fetch/json.js";

export interface TrackerState {
  readonly call: Call;
  readonly kept: TrackerMemory;
  /** All events so far were sent. */
  readonly done: boolean;
  /** Why the tracker refuses the run in its present form. */
  readonly refused?: string;
}
export interface RunTrackingState {
  readonly version: 1;
  readonly experiment: { readonly name: string; readonly notes: string };
  /** The folder that relative paths start from, relative to the run's folder. */
  readonly home: string;
  /** Name of the notebook or file. */
  readonly source: string | null;
  /** For a trial: the folder of its sweep, relative to the run's folder. */
  readonly parent?: string;
  readonly trackers: readonly TrackerState[];
}

const FILE = "trackers.json";
const MOST = 1 << 22;
const text = v.pipe(v.string(), v.excludes("\0"));
const tracker: Schema<Call> = v.pipe(
  callSchema,
  v.check(({ kind }) => kind === "tracker", "it is no tracker"),
);
const schema: Schema<RunTrackingState> = objectWith({
  version: v.literal(1),
  experiment: objectWith({ name: text, notes: text }),
  home: text,
  source: v.nullable(text),
  parent: v.exactOptional(text),
  trackers: v.array(objectWith({ call: tracker, kept: jsonObject, done: v.boolean(), refused: v.exactOptional(text) })),
});
const isTracking = schemaGuard(schema);

export const trackingFile = (folder: string): string => join(folder, FILE);

/** Returns null if the run has no trackers or the file cannot be read. */
export function readTracking(folder: string): RunTrackingState | null {
  const found = readRegularJson(trackingFile(folder), MOST);
  return isTracking(found) ? found : null;
}

/** Throws the coded errors `no-space` and `run-folder`. */
export function writeTracking(folder: string, tracking: RunTrackingState): void {
  try {
    makePrivateFolder(folder);
    writePrivateFile(trackingFile(folder), `${JSON.stringify(tracking, null, 1)}\n`);
  } catch (error) {
    throw toRunFolderError(error, trackingFile(folder));
  }
}

export function isSameTracker(a: Call, b: Call): boolean {
  return a.word === b.word && canonicalize(a.arguments) === canonicalize(b.arguments);
}

/** Merges the present trackers with their stored state; earlier trackers are kept. */
export function mergeTrackers(trackers: readonly Call[], before: readonly TrackerState[]): readonly TrackerState[] {
  const current = trackers.map((one): TrackerState => {
    const known = before.find((state) => isSameTracker(state.call, one));
    return { call: one, kept: known?.kept ?? {}, done: false };
  });
  return [...current, ...before.filter((state) => !trackers.some((one) => isSameTracker(one, state.call)))];
}

export function isUnsent({ trackers }: RunTrackingState): boolean {
  return trackers.some(({ done }) => !done);
}
