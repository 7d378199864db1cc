/** Rows that a student learns beside those with labels: data without labels, and texts that are made of rows. */
import type { CompressPlan } from "../../plan/actions/compressing.js";
import { allRows, fed, type Fed } from "../../plan/batches.js";
import { trainingSplit } from "../../plan/estimates.js";
import type { Drawn } from "../../plan/drawn.js";
import type { Program } from "../../plan/program.js";
import type { Span } from "../../diagnostics/span.js";
import { failed, type DataFacts } from "../../types/facts.js";
import { readerOf, type ModelPlan } from "../../types/subject.js";

/** Null: there are none; undefined: they are not known yet, or can't be read (which is told). */
export function drawnBeside(
  program: Program,
  { unlabelled = [], stage }: Pick<CompressPlan, "unlabelled" | "stage">,
  { model, own, here }: { readonly model: ModelPlan; readonly own: DataFacts; readonly here: Span },
): Drawn | null | undefined {
  const base = readerOf(model);
  const all = unlabelled.map(({ data }) => program.ask({ about: "data", data, base }, true));
  for (const one of all) if (one !== undefined && failed(one)) program.reportFailed(one, here);
  const known = all.flatMap((one) => (one === undefined || failed(one) ? [] : [one]));
  if (known.length < all.length) return undefined;
  const fedOf = (facts: DataFacts): Fed =>
    fed([allRows(trainingSplit(facts))], model.max_length, { windows: false, packing: false });
  const times = program.registry.find(stage.kind as "student", stage.word)?.capabilities?.adds?.(stage) ?? 0;
  const { rows, tokens, longest } = fedOf(own);
  const made = times > 0 ? [{ rows: times * rows, tokens: times * tokens, longest }] : [];
  const drawn = [...known.map(fedOf), ...made];
  if (drawn.length === 0) return null;
  return {
    rows: drawn.reduce((sum, one) => sum + one.rows, 0),
    tokens: drawn.reduce((sum, one) => sum + one.tokens, 0),
    longest: Math.max(...drawn.map((one) => one.longest)),
  };
}
