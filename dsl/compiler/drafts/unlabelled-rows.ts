/** Rows that a compression trains on in addition to the labelled ones: unlabelled and generated. */
import type { Program } from "../plan/program.js";
import { trainingSplit } from "../plan/estimates.js";
import type { CompressPlan } from "../plan/actions/compress-actions.js";
import { allRows } from "../plan/batches.js";
import { countTruncatedEpochRows } from "../plan/epoch-rows.js";
import type { EpochRows } from "../../language/types/capabilities/row-format.js";
import type { RowsDrawnPerBatch } from "../plan/drawn-rows.js";
import type { Span } from "../../language/diagnostics/span.js";
import { type DataFacts, isFailedFact } from "../../language/types/facts.js";
import { dataReadingSettingsOf, type ModelPlan } from "../../language/types/value.js";

/** Returns null if there are none, and undefined if they are not known yet or cannot be read (reported). */
export function countUnlabelledRows(
  program: Program,
  { unlabelled = [], stage }: Pick<CompressPlan, "unlabelled" | "stage">,
  { model, facts: dataFacts, here }: { readonly model: ModelPlan; readonly facts: DataFacts; readonly here: Span },
): RowsDrawnPerBatch | null | undefined {
  const base = dataReadingSettingsOf(model);
  const all = unlabelled.map(({ data }) => program.ask({ about: "data", data, base }, true));
  for (const one of all) if (one !== undefined && isFailedFact(one)) program.reportFailed(one, here);
  const known = all.flatMap((one) => (one === undefined || isFailedFact(one) ? [] : [one]));
  if (known.length < all.length) return undefined;
  const fedOf = (facts: DataFacts): EpochRows =>
    countTruncatedEpochRows(allRows(trainingSplit(facts)), model.max_length);
  const times = program.registry.find(stage.kind as "student", stage.word)?.capabilities?.augmentedTexts?.(stage) ?? 0;
  const { rows, tokens, longest } = fedOf(dataFacts);
  const made = times > 0 ? [{ rows: times * rows, tokens: times * tokens, longest }] : [];
  const drawn = [...known.map(fedOf), ...made];
  if (drawn.length === 0) return null;
  return {
    rows: drawn.reduce((sum, one) => sum + one.rows, 0),
    tokens: drawn.reduce((sum, one) => sum + one.tokens, 0),
    longest: Math.max(...drawn.map((one) => one.longest)),
  };
}
