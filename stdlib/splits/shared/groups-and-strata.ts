/**
 * Collects what a random split must know about all rows before it assigns any: group and strata, as one number each, so
 * that little memory is used per row.
 */
import type { RowToClean } from "../../data/contract.js";
import type { RowGroup } from "./group.js";

export interface GroupingColumns {
  readonly stratify: string | null;
  readonly group: string | null;
}

export class GroupedRows {
  /** Group number of each row; −1 if it has none. */
  private readonly keys: number[] = [];
  private readonly numbers = new Map<string, number>();
  /** Number of each row's set of strata. */
  private readonly sets: number[] = [];
  private readonly strata: (readonly string[])[] = [];
  private readonly setNumbers = new Map<string, number>();

  constructor(private readonly grouping: GroupingColumns) {}

  look(row: RowToClean): void {
    const { stratify } = this.grouping;
    const key = groupOfRow(row, this.grouping.group);
    this.keys.push(key === null ? -1 : numberIn(this.numbers, key));
    const strata = strataOf(stratify === null ? "" : row.values[stratify]);
    const set = numberIn(this.setNumbers, JSON.stringify(strata));
    this.strata[set] ??= strata;
    this.sets.push(set);
  }

  /** Returns only these rows, renumbered. */
  picked(picks: (row: number) => boolean): GroupedRows {
    const picked = new GroupedRows(this.grouping);
    picked.strata.push(...this.strata);
    this.sets.forEach((set, row) => {
      if (!picks(row)) return;
      picked.sets.push(set);
      picked.keys.push(this.keys[row]!);
    });
    return picked;
  }

  get rows(): number {
    return this.sets.length;
  }

  /** Returns the stratum of each row if each row is its own group and has exactly one stratum; else null. */
  strataOfRows(): ((row: number) => string) | null {
    const met = new Set<number>();
    for (const key of this.keys) {
      if (key >= 0 && met.has(key)) return null;
      if (key >= 0) met.add(key);
    }
    if (this.sets.some((set) => this.strata[set]!.length !== 1)) return null;
    return (row) => this.strata[this.sets[row]!]![0]!;
  }

  /** Returns the groups in the order of their first rows. */
  groups(): RowGroup[] {
    const groups: RowGroup[] = [];
    const byKey = new Map<number, RowGroup>();
    this.sets.forEach((set, row) => {
      const key = this.keys[row]!;
      let group = key < 0 ? undefined : byKey.get(key);
      if (!group) groups.push((group = { rows: [], strata: new Map() }));
      if (key >= 0) byKey.set(key, group);
      group.rows.push(row);
      for (const stratum of this.strata[set]!) group.strata.set(stratum, (group.strata.get(stratum) ?? 0) + 1);
    });
    return groups;
  }
}

/** Returns null if the row is its own group. `column`: null if the column's role `group` is used. */
export function groupOfRow({ values }: RowToClean, column: string | null): string | null {
  const value = values[column ?? "$group"];
  return value === null || value === undefined || value === "" ? null : text(value);
}

/** Each of several labels is a stratum; an empty list has none. */
function strataOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? [...new Set(value.map(text))] : [text(value)];
}

function numberIn(numbers: Map<string, number>, key: string): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}

function text(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number);
}
