/** The cleaners of a plan, one after the other, and the count of what they drop. */
import { implementationOf } from "#dsl/types/loaded.js";
import type { DataFacts } from "#dsl/types/facts.js";
import type { RowName } from "#dsl/types/row-name.js";
import type { DataPlan } from "#dsl/types/subject.js";
import type { Registry } from "#dsl/types/registry.js";
import { rowName } from "./row-names.js";
import type { Row } from "./rows.js";

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

/** Gives each row as it is afterwards; undefined when it is dropped. */
export async function cleaning(
  plan: DataPlan,
  registry: Registry,
  drops: Drops,
  o: { readonly streamed: boolean } = { streamed: false },
): Promise<(row: Row) => Row | undefined> {
  const loaded = await Promise.all(
    plan.clean.map(async (call) => await implementationOf(registry, "cleaner", call.word)),
  );
  const steps = loaded.map((cleaner, i) => cleaner.start(plan.clean[i]!, o));
  return (row) => {
    let { values } = row;
    for (const step of steps) {
      const result = step({ row: row.row, values });
      if ("dropped" in result) {
        drops.add(result.dropped, rowName(row));
        return undefined;
      }
      values = result.values;
    }
    return values === row.values ? row : { ...row, values };
  };
}
