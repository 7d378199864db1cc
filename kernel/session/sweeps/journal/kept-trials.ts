/** Journals as sweeps wrote them before they were Optuna's: one JSON line a trial, once it was over. They are read, never written. */
import * as v from "valibot";
import { fields, figure, like, table, whole, type Schema } from "../../../fetch/json.js";
import { recordsIn } from "../../../artifacts/log-lines.js";
import type { TrialRecord } from "../../../core/sweep/trial.js";
import { isValueText } from "../value-text.js";

const trialRecord: Schema<TrialRecord> = fields({
  number: whole(1),
  values: table(v.pipe(v.string(), v.check(isValueText))),
  point: table(figure),
  score: v.nullable(figure),
  state: v.picklist(["done", "failed"]),
  seconds: figure,
  run: v.nullable(v.string()),
  error: v.nullable(v.string()),
});
const isTrial = like(trialRecord);

/** Null: it is no such journal. */
export function keptTrialsIn(text: string): readonly TrialRecord[] | null {
  if (!/^\{"number":/m.test(text) || text.includes('{"op_code":')) return null;
  const trials: readonly unknown[] = recordsIn(text, "number");
  return trials.filter(isTrial);
}
