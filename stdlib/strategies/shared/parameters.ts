/** Parameters that several strategies share. */
import type { WordCheckContext } from "#dsl/language/types/context.js";
import { defineParameter } from "#dsl/language/types/define.js";

/** Weight of a penalty relative to the rows' own loss. */
export function strengthParameter<const V extends number>(value: V, doc: string, why: string) {
  return defineParameter({
    name: "strength",
    type: { is: "number" },
    doc,
    range: { min: 0, exclusive: true },
    positional: true,
    default: { value },
    why,
    impact: "high",
  });
}

/** Share or number of rows to store of each data set. */
export const keptRowsParameter = defineParameter({
  name: "share",
  type: { is: "number", unit: "share-or-count" },
  doc: "Number or share of the training rows of each earlier data set to store.",
  range: { min: 0, exclusive: true },
  positional: true,
  default: { value: { share: 0.05 } },
  why: "Few rows cost little time; the matrix of scores shows whether they are enough.",
  impact: "high",
});
/** Maximum number of stored rows over all data sets. */
export const maxStoredRowsParameter = defineParameter({
  name: "most",
  type: { is: "number", integer: true },
  doc: "Maximum number of stored rows of all data sets together: a reservoir. Each row drawn by `share` stays with the same probability, whenever it was added; with `choose: balanced` the labels have the same number of rows, and each row of a label stays with the same probability. `replay(100%, most: 500)` draws from all rows. No limit by default.",
  range: { min: 1 },
  why: "A share grows with the data of every data set; if new data arrive every day, memory and time need a limit.",
  impact: "medium",
});
export const rowSelectionParameter = defineParameter({
  name: "choose",
  type: { is: "choice", of: ["uniform", "balanced"] },
  doc: "Which rows to store: `uniform` draws all with the same probability, like a reservoir of a stream; `balanced` stores the same number of each label, as far as possible. `balanced` protects rare labels, which a uniform draw loses first.",
  default: { value: "uniform" },
  means: { uniform: "all rows with the same probability", balanced: "the same number for each label" },
  why: "A uniform draw mirrors the earlier data.",
  impact: "medium",
});

/** LoRA ranks that each data set gets. */
export const ranksParameter = defineParameter({
  name: "rank",
  type: { is: "number", integer: true },
  doc: "Ranks that each data set gets.",
  range: { min: 1, max: 4096 },
  default: {
    derived: "the rank of the latest data set with this strategy, otherwise of the model's LoRA",
    from: () => null,
  },
  why: "Each data set can learn as much as the first one did; with many data sets, a lower rank keeps the adapter small.",
  impact: "medium",
});

/** Warns if the strength is so high that the rows' own loss, which has weight 1, becomes negligible. */
export function warnIfStrengthTooHigh(strength: number, most: number, context: Pick<WordCheckContext, "report">): void {
  if (strength > most) context.report("strategy-stiff", { strength, most }, "strength");
}
