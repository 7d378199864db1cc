/** The job of a client process that a notebook starts for named data: one line of JSON on its stdin. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import * as v from "valibot";
import { isValidPlan } from "../../../runs/plan-schema.js";
import { objectWith, parseJsonOrNull, wholeNumber } from "../../../fetch/json.js";
import type { EngineOptions } from "../../../engines/engine.js";

export interface ClientProcessJob {
  readonly plan: Plan;
  /** Index of its data in the plan, from 0. */
  readonly number: number;
  /** Name of the client; null uses the name of its data. */
  readonly name: string | null;
  readonly superlink: string;
  readonly plain: boolean;
  readonly certificates: string | null;
  readonly folder: string;
  readonly runs: string;
  readonly engine: EngineOptions;
}

const order = objectWith({
  plan: v.custom<Plan>(isValidPlan),
  number: wholeNumber(),
  name: v.nullable(v.string()),
  superlink: v.string(),
  plain: v.boolean(),
  certificates: v.nullable(v.string()),
  folder: v.string(),
  runs: v.string(),
  engine: v.custom<EngineOptions>(isRecord),
});

export function parseClientProcessJob(line: string): ClientProcessJob | null {
  return parseJsonOrNull(line, order);
}
