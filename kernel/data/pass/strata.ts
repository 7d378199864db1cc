/**
 * Reports the accuracy of stratification: the greatest difference between a value's share in a split and its share in
 * all rows.
 */
import type { DataPlan } from "#dsl/language/types/value.js";
import type { DataRow } from "../row/row.js";
import { columnValue } from "../rows/splitting.js";

export class StrataCounts {
  private readonly column: string | null;
  private readonly counts = new Map<string, Map<string, number>>();
  private readonly whole = new Map<string, number>();
  private readonly rows = new Map<string, number>();

  constructor(private readonly plan: DataPlan) {
    const column = plan.split?.arguments["stratify"];
    this.column = typeof column === "string" ? column : null;
  }

  look(row: DataRow, split: string): void {
    if (this.column === null) return;
    const valueCounts = this.counts.get(split) ?? new Map<string, number>();
    this.counts.set(split, valueCounts);
    const given = columnValue(row, this.column, this.plan);
    for (const value of new Set((Array.isArray(given) ? given : [given]).map(String)))
      for (const counts of [valueCounts, this.whole]) counts.set(value, (counts.get(value) ?? 0) + 1);
    this.rows.set(split, (this.rows.get(split) ?? 0) + 1);
  }

  notes(): string[] {
    if (this.column === null) return [];
    const all = [...this.rows.values()].reduce((a, b) => a + b, 0);
    let [worst, where] = [0, ""];
    for (const [split, valueCounts] of this.counts) {
      const rows = this.rows.get(split) ?? 0;
      for (const [value, count] of this.whole) {
        const distance = Math.abs((valueCounts.get(value) ?? 0) / rows - count / all);
        if (distance > worst) [worst, where] = [distance, ` (${value} in ${split})`];
      }
    }
    const points = (worst * 100).toFixed(worst < 0.001 ? 2 : 1);
    return [`stratified by ${this.column}: shares are within ${points} percentage points of the whole${where}`];
  }
}
