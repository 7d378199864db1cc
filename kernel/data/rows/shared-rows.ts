/** Finds rows that one data set scores and another trains. */
import type { RowLeakFacts } from "#dsl/language/types/facts.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { splitNamesOf, trainingSplitName, type PreparedData } from "../prepared.js";
import { modelInputTexts } from "./input-texts.js";

export function rowLeaksBetweenDataSets(datas: readonly PreparedData[]): RowLeakFacts {
  // Text → indices of the data sets that train on it.
  const learnt = new Map<string, Set<number>>();
  for (const [data, prepared] of datas.entries())
    for (const text of modelInputTexts(mustExist(prepared.splits[trainingSplitName(prepared)], "the rows that train")))
      learnt.set(text, (learnt.get(text) ?? new Set()).add(data));
  const leaks = datas.flatMap((prepared, data) => {
    const trains = new Set<number>();
    const splits = splitNamesOf(prepared).flatMap((split) => {
      const table = prepared.splits[split];
      if (!table || split === trainingSplitName(prepared)) return [];
      const texts = modelInputTexts(table);
      const rows = texts.filter((text) => {
        const others = [...(learnt.get(text) ?? [])].filter((one) => one !== data);
        for (const one of others) trains.add(one);
        return others.length > 0;
      }).length;
      return rows > 0 ? [{ split, rows, of: texts.length }] : [];
    });
    return splits.length > 0 ? [{ data, splits, trains: [...trains].sort((a, b) => a - b) }] : [];
  });
  return { leaks };
}
