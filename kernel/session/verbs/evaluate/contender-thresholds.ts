/** Thresholds of a contender, fitted to maximise F1 on validation, as thresholds of a model are by default. */
import type { Call } from "#dsl/types/value.js";
import type { Fitted } from "#stdlib/kinds/calibration.js";
import { does } from "../../../core/session/words.js";
import type { Encoded } from "../../../encoding/encoded.js";
import type { Asked } from "../../../inference/scored.js";
import { decisionsOf, measuredBy } from "../train/calibrate.js";

/** Null: no threshold is better than another. */
export async function contenderThresholds(
  said: Asked,
  rows: Encoded,
  labels: readonly string[],
): Promise<Fitted | null> {
  if (!("said" in said) || !rows.taught) return null;
  const decisions = decisionsOf(said, rows.taught, labels);
  const f1: Call = { word: "f1", kind: "metric", arguments: { average: "macro", of: null } };
  const by = measuredBy(f1, decisions, null);
  const call: Call = { word: "threshold", kind: "calibration", arguments: { metric: by, of: null } };
  const metric = await does({ ...by, kind: "metric" }, "metric");
  const found = (await does({ ...call, kind: "calibration" }, "calibration")).fit(call, decisions, {
    before: {},
    metric,
  });
  return typeof found === "string" ? null : found;
}
