/** The order of a trial: its plans, what it is scored by, and what it goes on from; and what comes of it. */
import * as v from "valibot";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { SweepGoal } from "#dsl/compiler/plan/sweep/auto.js";
import type { Call } from "#dsl/language/types/value.js";
import { callSchema, planSchema } from "../../runs/plan-schema.js";
import { trialInLockSchema, type TrialInLock } from "../../runs/together/trials.js";
import { objectWith, anyNumber, wholeNumber, type Schema } from "../../fetch/json.js";
import { sha256Schema, type RunFile } from "./protocol.js";

/** The kind of work. */
export const TRIAL_WORK = "trial";

/** What a trial is scored by. */
export interface TrialAims {
  readonly goal: SweepGoal;
  readonly goals: readonly SweepGoal[];
  readonly require?: readonly Call[];
}
export interface BaseFiles {
  /** Which of the plans' bases, by the hash that they give it: of its content, or of the recipe that trained it. */
  readonly hash: string;
  /** Absolute, at the coordinator's. */
  readonly folder: string;
}
/** A run that was begun: `files` lie in its folder, the log and the lock among them. */
export interface BegunRun {
  readonly id: string;
  readonly files: readonly RunFile[];
}
export interface TrialOrder {
  /** So many of the work's files, the first, lie to each other as they lie at the coordinator's. */
  readonly laid: number;
  /** Files of the shipment, by name. */
  readonly shipment: readonly RunFile[];
  /** Of its one training, or of each of its seeds. */
  readonly plans: readonly { readonly name: string; readonly plan: Plan }[];
  readonly aims: TrialAims;
  readonly of: TrialInLock;
  readonly bases: readonly BaseFiles[];
  readonly begun: readonly BegunRun[];
}
/** `run`: the id that the worker's own folder has. */
export interface TrialResult {
  readonly outcomes: readonly {
    readonly scores: readonly number[] | null;
    readonly bars: readonly number[];
    readonly run: string;
    readonly tokens: number;
  }[];
}

const goal: Schema<SweepGoal> = objectWith({ direction: v.picklist(["maximize", "minimize"]), metric: callSchema });
const aims: Schema<TrialAims> = objectWith({
  goal,
  goals: v.array(goal),
  require: v.exactOptional(v.array(callSchema)),
});
/** A file beside others in one folder. */
export const siblingFileSchema: Schema<RunFile> = objectWith({
  path: v.pipe(
    v.string(),
    v.regex(/^[\w][\w./-]*$/),
    v.check((path) => !path.includes("..")),
  ),
  hash: sha256Schema,
  bytes: wholeNumber(),
});
export const trialOrderSchema: Schema<TrialOrder> = objectWith({
  laid: wholeNumber(),
  shipment: v.array(siblingFileSchema),
  plans: v.array(objectWith({ name: v.string(), plan: planSchema })),
  aims,
  of: trialInLockSchema,
  bases: v.array(objectWith({ hash: v.string(), folder: v.string() })),
  begun: v.array(objectWith({ id: v.pipe(v.string(), v.regex(/^[\w][\w.-]*$/)), files: v.array(siblingFileSchema) })),
});
export const trialResultSchema: Schema<TrialResult> = objectWith({
  outcomes: v.array(
    objectWith({
      scores: v.nullable(v.array(anyNumber)),
      bars: v.array(anyNumber),
      run: v.pipe(v.string(), v.regex(/^[\w][\w.-]*$/)),
      tokens: anyNumber,
    }),
  ),
});
