/** Data facts in a plan, other than rows; in a federation, those of all clients. */
import type { Plan } from "../plan/plan.js";
import type { ClientData } from "./clients.js";

export function planDataFacts(
  datas: readonly ClientData[],
): Pick<Plan, "sources" | "reads" | "personal" | "annotated"> {
  const sources = [...new Set(datas.flatMap(({ facts }) => facts.sources ?? []))];
  // The tokenizer encodes a language the same for all clients.
  const reads = datas.find(({ facts }) => (facts.reading?.languages.length ?? 0) > 0)?.facts.reading?.languages;
  const personal = datas.flatMap(({ plan, facts }) =>
    (facts.personal ?? []).map(({ column, entity, rows, looked }) => ({
      ...(datas.length > 1 && { data: plan.name }),
      column,
      entity,
      rows,
      ...(looked !== undefined && { looked }),
    })),
  );
  const annotated = datas.flatMap(({ facts }) => facts.annotated ?? []);
  return {
    ...(sources.length > 0 && { sources }),
    ...(reads && { reads }),
    ...(personal.length > 0 && { personal }),
    ...(annotated.length > 0 && {
      annotated: {
        rows: annotated.reduce((sum, { rows }) => sum + rows, 0),
        by: [...new Set(annotated.flatMap(({ by }) => by.map(({ annotator }) => annotator)))],
      },
    }),
  };
}
