/** Order of a trial (plans, objective, and the checkpoint to resume from), and its result. */
import * as v from "valibot";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { SweepGoal } from "#dsl/compiler/plan/sweep/auto.js";
import type { Call } from "#dsl/language/types/value.js";
import { callSchema, planSchema } from "../../runs/plan-schema.js";
import { trialOfRunSchema, type TrialOfRun } from "../../runs/together/trials.js";
import { objectWith, anyNumber, wholeNumber, type Schema } from "../../fetch/json.js";
import { sha256Schema, type RunFile } from "./protocol.js";

export const TRIAL_WORK = "trial";

/** The objective of a trial. */
export interface TrialObjective {
  readonly goal: SweepGoal;
  readonly goals: readonly SweepGoal[];
  readonly require?: readonly Call[];
}
export interface BaseFiles {
  /** Base of the plans with this hash: of its content, or of the recipe that trained it. */
  readonly hash: string;
  /** Absolute path at the coordinator. */
  readonly folder: string;
}
/** A run to resume: `files` are those of its folder, including log and lock. */
export interface RunToResume {
  readonly id: string;
  readonly files: readonly RunFile[];
}
export interface TrialOrder {
  /** Number of leading input files whose relative positions match the coordinator's. */
  readonly laid: number;
  readonly shipment: readonly RunFile[];
  /** Plans of its only training, or of each of its seeds. */
  readonly plans: readonly { readonly name: string; readonly plan: Plan }[];
  readonly aims: TrialObjective;
  readonly of: TrialOfRun;
  readonly bases: readonly BaseFiles[];
  readonly begun: readonly RunToResume[];
}
/** `run`: the id of the worker's own run folder. */
export interface TrialResult {
  readonly outcomes: readonly {
    readonly scores: readonly number[] | null;
    readonly bars: readonly number[];
    readonly run: string;
    readonly tokens: number;
  }[];
}

const goal: Schema<SweepGoal> = objectWith({ direction: v.picklist(["maximize", "minimize"]), metric: callSchema });
const aims: Schema<TrialObjective> = objectWith({
  goal,
  goals: v.array(goal),
  require: v.exactOptional(v.array(callSchema)),
});
/** A file directly in a folder, without a path. */
export const relativeRunFileSchema: Schema<RunFile> = objectWith({
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
  shipment: v.array(relativeRunFileSchema),
  plans: v.array(objectWith({ name: v.string(), plan: planSchema })),
  aims,
  of: trialOfRunSchema,
  bases: v.array(objectWith({ hash: v.string(), folder: v.string() })),
  begun: v.array(
    objectWith({ id: v.pipe(v.string(), v.regex(/^[\w][\w.-]*$/)), files: v.array(relativeRunFileSchema) }),
  ),
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
