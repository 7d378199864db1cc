/** Parameters that several strategies share. */
import type { CheckContext } from "#dsl/language/types/context.js";
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
  doc: "Rows of each earlier data set that are kept: a share of its training rows, or a number of them.",
  range: { min: 0, exclusive: true },
  positional: true,
  default: { value: { share: 0.05 } },
  why: "Few rows cost little time; the matrix of scores shows whether they are enough.",
  impact: "high",
});
/** Maximum number of stored rows over all data sets. */
export const mostRowsParameter = defineParameter({
  name: "most",
  type: { is: "number", integer: true },
  doc: "Most rows that are kept of all data sets together, however many come: a reservoir. Each row that `share` drew stays with the same chance, whenever it came; with `choose: balanced` as many of each label stay, and of a label each row with the same chance. `replay(100%, most: 500)` draws from all rows. Absent: no bound.",
  range: { min: 1 },
  why: "A share of each data set grows with every one of them; where new data come day by day, memory and time need an end.",
  impact: "medium",
});
export const chooseParameter = defineParameter({
  name: "choose",
  type: { is: "choice", of: ["uniform", "balanced"] },
  doc: "Which rows are kept: `uniform` draws all alike, as a reservoir does of a stream; `balanced` keeps as many of each label, as far as there are. `balanced` protects rare labels, which a uniform draw loses first.",
  default: { value: "uniform" },
  means: { uniform: "all rows alike", balanced: "as many of each label" },
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
    derived: "as many as the latest data that it stood with got, else as the model's LoRA has",
    from: () => null,
  },
  why: "Each data set learns as much anew as the first one did; where many come, fewer keep the adapter small.",
  impact: "medium",
});

/** Warns if the strength is so high that the rows' own loss, which has weight 1, becomes negligible. */
export function warnIfStiff(strength: number, most: number, context: Pick<CheckContext, "report">): void {
  if (strength > most) context.report("strategy-stiff", { strength, most }, "strength");
}
