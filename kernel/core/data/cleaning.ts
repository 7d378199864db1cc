/** The cleaners of a plan, one after the other, and the count of what they drop. */
import { implementationOf } from "#dsl/types/loaded.js";
import type { DataFacts } from "#dsl/types/facts.js";
import type { RowName } from "#dsl/types/row-name.js";
import type { DataPlan } from "#dsl/types/subject.js";
import type { Registry } from "#dsl/types/registry.js";
import { rowName } from "./row-names.js";
import type { Row } from "./rows.js";
import { Touched } from "./touched.js";

export class Drops {
  private readonly reasons = new Map<string, { count: number; examples: RowName[] }>();
  add(why: string, row: RowName): void {
    const own = this.of(why);
    own.count++;
    if (own.examples.length < 10) own.examples.push(row);
  }
  count(why: string, rows: number): void {
    this.of(why).count += rows;
  }
  list(): DataFacts["dropped"] {
    return [...this.reasons].map(([why, d]) => ({ why, ...d }));
  }
  private of(why: string): { count: number; examples: RowName[] } {
    let own = this.reasons.get(why);
    if (!own) this.reasons.set(why, (own = { count: 0, examples: [] }));
    return own;
  }
}

/** What gives each row as it is afterwards, or undefined when it is dropped, and what the cleaners did. */
export interface Cleaning {
  clean(row: Row): Row | undefined;
  found(): Pick<DataFacts, "cleaners">;
}

export async function cleaning(
  plan: DataPlan,
  registry: Registry,
  drops: Drops,
  o: { readonly streamed: boolean } = { streamed: false },
): Promise<Cleaning> {
  const loaded = await Promise.all(
    plan.clean.map(async (call) => await implementationOf(registry, "cleaner", call.word)),
  );
  // Before the last one that hides something, no text is shown.
  const hidden = loaded.findLastIndex((cleaner) => cleaner.hides);
  const steps = loaded.map((cleaner, i) => ({
    step: cleaner.start(plan.clean[i]!, { streamed: o.streamed, seed: plan.seed }),
    touched: new Touched(plan.clean[i]!.word, i > hidden),
  }));
  const clean = (row: Row): Row | undefined => {
    let { values } = row;
    for (const { step, touched } of steps) {
      const result = step({ row: row.row, values });
      if ("dropped" in result) {
        drops.add(result.dropped, rowName(row));
        touched.dropped({ ...row, values }, result.dropped);
        return undefined;
      }
      if (result.noted !== undefined) touched.noted(result.noted);
      if (result.values !== values) touched.changed({ ...row, values }, result.values);
      values = result.values;
    }
    return values === row.values ? row : { ...row, values };
  };
  return { clean, found: () => (steps.length > 0 ? { cleaners: steps.map(({ touched }) => touched.found()) } : {}) };
}
