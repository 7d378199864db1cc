/**
 * Trackers: programs of others that keep what was trained beside what was trained elsewhere. A tracker's word brings one of them
 * up to date with a run: it is given all that is known of the run, reads what happened since it last did, and keeps how far it
 * came. It may be cut off anywhere and asked again at any time, by another process too: what was told is not told twice.
 *
 * Who asks, when, and what a tracker that is away costs nobody, is the runner's affair (kernel/trackers).
 */
import type { Call, Value } from "#dsl/language/types/value.js";

/** What is kept of a tracker's telling, as JSON. `refused` in it: what isn't tried again until a person asks for it. */
export type TrackerMemory = Readonly<Record<string, unknown>>;
export type TrackedSetting = string | number | boolean;

/** A run as trackers see it: a training, or a sweep whose trainings stand under it. */
export interface TrackedRun {
  /** No other run has it. */
  readonly id: string;
  readonly is: "training" | "sweep";
  readonly name: string;
  readonly experiment: { readonly name: string; readonly notes: string };
  /** Milliseconds since 1970. */
  readonly began: number;
  /** What was set, by its path: `model.technique.rank`, 8. */
  readonly settings: Readonly<Record<string, TrackedSetting>>;
  /** What it came from and ran on, in few words each: hashes, versions, rows. */
  readonly facts: Readonly<Record<string, string>>;
  /** The same for a reader, in Markdown. */
  readonly about: string;
  /** The sweep, or the training with several seeds, that it is one of; null: it stands alone. */
  readonly parentRun: {
    readonly id: string;
    readonly name: string;
    readonly number: number;
    readonly seeds: boolean;
  } | null;
  /** Of a sweep: the settings that vary, and what their trials are ranked by. */
  readonly varied: readonly VariedSetting[];
  readonly goals: readonly { readonly metric: string; readonly direction: "maximize" | "minimize" }[];
  /** Null: it goes on, as far as anybody knows. */
  readonly ended: { readonly at: number; readonly as: "finished" | "failed" | "killed" } | null;
  readonly source: { readonly name: string | null; readonly commit: string | null };
}
export interface VariedSetting {
  readonly path: string;
  readonly is: "text" | "number";
  /** Both ends; null: it takes whatever stands in `of`, or nobody knows. */
  readonly between: readonly [least: number, most: number] | null;
  readonly options: readonly TrackedSetting[];
}

/** What happened, in order. */
export type TrackedEvent =
  | {
      readonly is: "point";
      /** `train`, `validation`, `tickets.test`: points of a group come by growing steps, but for what is resumed. */
      readonly group: string;
      readonly step: number;
      /** Milliseconds since 1970. */
      readonly at: number;
      readonly values: Readonly<Record<string, number>>;
    }
  /** It went on from there: points of later steps come again. */
  | { readonly is: "resumed"; readonly step: number; readonly at: number };

/** How far what happened was read; null: nothing was. */
export type EventCursor = Readonly<Record<string, number>> | null;
export interface EventBatch {
  readonly events: readonly TrackedEvent[];
  readonly cursor: EventCursor;
  /** Nothing else has happened so far. */
  readonly last: boolean;
}

/** A file of the run, as a tracker may keep it. */
export interface TrackedFile {
  /** As a tracker is to keep it, with slashes: `model/config.json`. */
  readonly path: string;
  /** Where it lies in the run's folder. */
  readonly from: string;
  readonly bytes: number;
  /** Another one where its content is. */
  readonly stamp: string;
}

export interface TrackerRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  /** Whole; it must begin with the address that the program names. */
  readonly url: string;
  readonly json?: unknown;
  /** A file of the run that is the body. */
  readonly file?: TrackedFile;
  /** The environment variable that holds what lets one in, and as whom (HTTP's basic way); absent: nobody asks. */
  readonly env?: string;
  readonly user?: string;
}

/** All that a tracker's word can do. */
export interface TrackerHost {
  /** What was kept last. */
  readonly memory: TrackerMemory;
  keep(memory: TrackerMemory): void;
  /** What is kept of the sweep that the run is a trial of; null: it is none, or that one was never told. */
  readonly parent: TrackerMemory | null;
  /** At most about a thousand points. */
  read(from: EventCursor): Promise<EventBatch>;
  /** `record`: plan, lock, scores; `model`: the trained model's folder, once it is there. */
  files(what: "record" | "model"): Promise<readonly TrackedFile[]>;
  /** The JSON that is answered; null: nothing is. Throws `TrackerUnavailableError`, `TrackerRefusalError`. */
  ask(asking: TrackerRequest): Promise<unknown>;
  /** Puts bytes behind those that a file has; how many it then has. Paths start at the notebook's folder. Throws `TrackerUnavailableError`. */
  append(path: string, bytes: Uint8Array): Promise<number>;
  /** Null: there is no such file. */
  size(path: string): Promise<number | null>;
}

export interface TrackerImplementation {
  /** In a few words: `mlflow at http://127.0.0.1:5000`. */
  title(call: Call): string;
  /** Where it is: an address, or a folder from the notebook's own. */
  place(call: Call): { readonly url: string; readonly env: string | null } | { readonly folder: string };
  /** Whether it wants the trained model's folder. */
  takesModel(call: Call): boolean;
  /** Whether it is there. Throws as `ask` does. */
  greet(call: Call, door: Pick<TrackerHost, "ask">, experiment: string): Promise<void>;
  tell(call: Call, run: TrackedRun, door: TrackerHost): Promise<void>;
}

/** It can't be told now, for a reason that passes: it is tried again. */
export class TrackerUnavailableError extends Error {
  override readonly name = "TrackerAway";
}
/** It was understood and won't be taken: trying again as it is helps nobody. */
export class TrackerRefusalError extends Error {
  override readonly name = "TrackerRefuses";
  constructor(
    readonly status: number,
    message: string,
    /** As the tracker calls it. */
    readonly code: string | null = null,
  ) {
    super(message);
  }
}

/** The environment variable that a call of `secret` names; null: it is none. */
export function secretVariableOf(secret: Value | undefined): string | null {
  const env = typeof secret === "object" && secret !== null && "arguments" in secret ? secret.arguments["env"] : null;
  return typeof env === "string" ? env : null;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    tracker: TrackerImplementation;
  }
}
