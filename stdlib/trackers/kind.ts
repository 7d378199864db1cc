/**
 * Trackers: external programs that record trainings together with those of other tools. A tracker's word updates one of
 * them with a run: it gets all that is known of the run, reads the events since its last update, and stores its cursor.
 * It may be interrupted anywhere and called again at any time, also by another process; nothing is reported twice.
 *
 * The runner decides who calls it and when, and ensures that an unavailable tracker causes no delay (kernel/trackers).
 */
import type { Call, Value } from "#dsl/language/types/value.js";

/** A tracker's stored state, as JSON. `refused` in it: what isn't retried until the user requests it. */
export type TrackerMemory = Readonly<Record<string, unknown>>;
export type TrackedSettingValue = string | number | boolean;

/** A run as seen by trackers: a training, or a sweep that contains trainings. */
export interface TrackedRun {
  /** Unique among all runs. */
  readonly id: string;
  readonly is: "training" | "sweep";
  readonly name: string;
  readonly experiment: { readonly name: string; readonly notes: string };
  /** Milliseconds since 1970. */
  readonly began: number;
  /** Settings by path: `model.technique.rank`, 8. */
  readonly settings: Readonly<Record<string, TrackedSettingValue>>;
  /** Short facts about origin and environment: hashes, versions, rows. */
  readonly facts: Readonly<Record<string, string>>;
  /** The same facts as Markdown. */
  readonly about: string;
  /** The sweep, or the training with several seeds, that contains this run; null if none. */
  readonly parentRun: {
    readonly id: string;
    readonly name: string;
    readonly number: number;
    readonly seeds: boolean;
  } | null;
  /** For a sweep: the varied settings, and the metrics that rank its trials. */
  readonly varied: readonly VariedSetting[];
  readonly goals: readonly { readonly metric: string; readonly direction: "maximize" | "minimize" }[];
  /** Null if the run is not known to have ended. */
  readonly ended: { readonly at: number; readonly as: "finished" | "failed" | "killed" } | null;
  readonly source: { readonly name: string | null; readonly commit: string | null };
}
export interface VariedSetting {
  readonly path: string;
  readonly is: "text" | "number";
  /** Inclusive bounds; null if the setting takes any of `options`, or if the bounds are unknown. */
  readonly between: readonly [least: number, most: number] | null;
  readonly options: readonly TrackedSettingValue[];
}

/** An event of a run. Events are in order. */
export type TrackedEvent =
  | {
      readonly is: "point";
      /** `train`, `validation`, `tickets.test`: the points of a group have increasing steps, except after a resume. */
      readonly group: string;
      readonly step: number;
      /** Milliseconds since 1970. */
      readonly at: number;
      readonly values: Readonly<Record<string, number>>;
    }
  /** The run was resumed at this step; points of later steps are repeated. */
  | { readonly is: "resumed"; readonly step: number; readonly at: number };

/** Position up to which events were read; null at the start. */
export type EventCursor = Readonly<Record<string, number>> | null;
export interface EventBatch {
  readonly events: readonly TrackedEvent[];
  readonly cursor: EventCursor;
  /** Whether there are no more events so far. */
  readonly last: boolean;
}

/** A file of the run that a tracker may store. */
export interface TrackedFile {
  /** Path in the tracker, with slashes: `model/config.json`. */
  readonly path: string;
  /** Path in the run's folder. */
  readonly from: string;
  readonly bytes: number;
  /** Changes whenever the content does. */
  readonly stamp: string;
}

export interface TrackerHttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  /** The complete URL, which must begin with the address in the program. */
  readonly url: string;
  readonly json?: unknown;
  /** A file of the run to send as the body. */
  readonly file?: TrackedFile;
  /**
   * Environment variable with the password or token, and the user name (HTTP basic authentication). Missing if none is
   * required.
   */
  readonly env?: string;
  readonly user?: string;
}

/** All that a tracker's implementation can access. */
export interface TrackerHost {
  /** The last stored state. */
  readonly memory: TrackerMemory;
  keep(memory: TrackerMemory): void;
  /** Stored state of the sweep that contains this trial; null if there is none, or if the sweep was never reported. */
  readonly parent: TrackerMemory | null;
  /** Returns at most about a thousand points. */
  read(from: EventCursor): Promise<EventBatch>;
  /** `record`: plan, lock, scores; `model`: the trained model's folder, once it exists. */
  files(what: "record" | "model"): Promise<readonly TrackedFile[]>;
  /** Returns the JSON response, or null if it is empty. Throws `TrackerUnavailableError`, `TrackerRefusalError`. */
  ask(asking: TrackerHttpRequest): Promise<unknown>;
  /**
   * Appends bytes to a file and returns its new size. Paths are relative to the notebook's folder. Throws
   * `TrackerUnavailableError`.
   */
  append(path: string, bytes: Uint8Array): Promise<number>;
  /** Returns null if the file does not exist. */
  size(path: string): Promise<number | null>;
}

export interface TrackerImplementation {
  /** Short title: `mlflow at http://127.0.0.1:5000`. */
  title(call: Call): string;
  /** Returns the location: a URL, or a folder relative to the notebook's. */
  place(call: Call): { readonly url: string; readonly env: string | null } | { readonly folder: string };
  /** Whether it stores the trained model's folder. */
  takesModel(call: Call): boolean;
  /** Checks that the tracker is available. Throws the errors of `ask`. */
  greet(call: Call, door: Pick<TrackerHost, "ask">, experiment: string): Promise<void>;
  tell(call: Call, run: TrackedRun, door: TrackerHost): Promise<void>;
}

/** The tracker is temporarily unavailable; the update is retried. */
export class TrackerUnavailableError extends Error {
  override readonly name = "TrackerAway";
}
/** The tracker refused the request; retrying it unchanged is useless. */
export class TrackerRefusalError extends Error {
  override readonly name = "TrackerRefuses";
  constructor(
    readonly status: number,
    message: string,
    /** The tracker's error code. */
    readonly code: string | null = null,
  ) {
    super(message);
  }
}

/** Returns the environment variable in a call of `secret`; null if it is no such call. */
export function secretVariableOf(secret: Value | undefined): string | null {
  const env = typeof secret === "object" && secret !== null && "arguments" in secret ? secret.arguments["env"] : null;
  return typeof env === "string" ? env : null;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    tracker: TrackerImplementation;
  }
}
