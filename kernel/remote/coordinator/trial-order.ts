/** The order of a trial: its plans, what it is scored by, and what it goes on from; and what comes of it. */
import * as v from "valibot";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { SweepGoal } from "#dsl/compiler/plan/sweep/auto.js";
import type { Call } from "#dsl/language/types/value.js";
import { call, planSchema } from "../../runs/plan-schema.js";
import { trialSchema, type TrialOf } from "../../runs/together/trials.js";
import { fields, figure, whole, type Schema } from "../../fetch/json.js";
import { sha256, type RunFile } from "./protocol.js";

/** The kind of work. */
export const TRIAL = "trial";

/** What a trial is scored by. */
export interface Aims {
  readonly goal: SweepGoal;
  readonly goals: readonly SweepGoal[];
  readonly require?: readonly Call[];
}
export interface Base {
  /** Which of the plans' bases, by the hash that they give it: of its content, or of the recipe that trained it. */
  readonly hash: string;
  /** Absolute, at the coordinator's. */
  readonly folder: string;
}
/** A run that was begun: `files` lie in its folder, the log and the lock among them. */
export interface Begun {
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
  readonly aims: Aims;
  readonly of: TrialOf;
  readonly bases: readonly Base[];
  readonly begun: readonly Begun[];
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

const goal: Schema<SweepGoal> = fields({ direction: v.picklist(["maximize", "minimize"]), metric: call });
const aims: Schema<Aims> = fields({
  goal,
  goals: v.array(goal),
  require: v.exactOptional(v.array(call)),
});
/** A file beside others in one folder. */
export const beside: Schema<RunFile> = fields({
  path: v.pipe(
    v.string(),
    v.regex(/^[\w][\w./-]*$/),
    v.check((path) => !path.includes("..")),
  ),
  hash: sha256,
  bytes: whole(),
});
export const trialOrder: Schema<TrialOrder> = fields({
  laid: whole(),
  shipment: v.array(beside),
  plans: v.array(fields({ name: v.string(), plan: planSchema })),
  aims,
  of: trialSchema,
  bases: v.array(fields({ hash: v.string(), folder: v.string() })),
  begun: v.array(fields({ id: v.pipe(v.string(), v.regex(/^[\w][\w.-]*$/)), files: v.array(beside) })),
});
export const trialResult: Schema<TrialResult> = fields({
  outcomes: v.array(
    fields({
      scores: v.nullable(v.array(figure)),
      bars: v.array(figure),
      run: v.pipe(v.string(), v.regex(/^[\w][\w.-]*$/)),
      tokens: figure,
    }),
  ),
});
