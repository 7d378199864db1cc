/** What stands in the rows that somebody would want to look at, each with its rows and what mends it. */
import { FINDINGS, type Finding } from "#dsl/types/audit-facts.js";
import type { Observer, SplitRows } from "../rows.js";
import { insults } from "./insults.js";
import { lengths } from "./lengths.js";
import { people } from "./people.js";
import { rules } from "./rules.js";
import { unlabelled } from "./unlabelled.js";
import { written } from "./written.js";

export async function findings(rows: SplitRows, signal?: AbortSignal): Promise<Observer<Promise<readonly Finding[]>>> {
  const all = [written(), unlabelled(), lengths(rows), rules(rows, signal), await insults(rows), people(rows, signal)];
  return {
    look(row, split) {
      for (const one of all) one.look(row, split);
    },
    async found() {
      return (await Promise.all(all.map((one) => one.found()))).flat();
    },
  };
}

export function inPlaces(found: readonly Finding[]): readonly Finding[] {
  return found.toSorted((a, b) => FINDINGS.indexOf(a.what) - FINDINGS.indexOf(b.what));
}
