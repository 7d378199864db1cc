/** What a process that a notebook starts for data that it names is told, on its input, in one line of JSON. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import * as v from "valibot";
import { isWholePlan } from "../../../runs/plan-schema.js";
import { objectWith, parseJsonOrNull, wholeNumber } from "../../../fetch/json.js";
import type { EngineOptions } from "../../../engines/engine.js";

export interface ClientProcessJob {
  readonly plan: Plan;
  /** Of its data among those of the plan, from 0. */
  readonly number: number;
  /** What others call it; null: as its data are called. */
  readonly name: string | null;
  readonly superlink: string;
  readonly plain: boolean;
  readonly certificates: string | null;
  /** Folders of the notebook and of its runs. */
  readonly folder: string;
  readonly runs: string;
  readonly engine: EngineOptions;
}

const order = objectWith({
  plan: v.custom<Plan>(isWholePlan),
  number: wholeNumber(),
  name: v.nullable(v.string()),
  superlink: v.string(),
  plain: v.boolean(),
  certificates: v.nullable(v.string()),
  folder: v.string(),
  runs: v.string(),
  engine: v.custom<EngineOptions>(isRecord),
});

/** Null: it is none. */
export function parseClientProcessJob(line: string): ClientProcessJob | null {
  return parseJsonOrNull(line, order);
}
