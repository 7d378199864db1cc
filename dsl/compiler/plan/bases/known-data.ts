/** Finds the facts of a data set, whatever its name and the tokenizer it was counted with. */
import type { Program } from "../program.js";
import { needKey, type DataFacts } from "../../../language/types/facts.js";
import type { DataPlan } from "../../../language/types/value.js";

export function knownDataFacts(program: Program, data: DataPlan): DataFacts | undefined {
  const wanted = needKey({ about: "data", data: { ...data, name: "" }, base: null });
  for (const [need, facts] of program.facts.about("data"))
    if (needKey({ ...need, data: { ...need.data, name: "" }, base: null }) === wanted) return facts;
  return undefined;
}
