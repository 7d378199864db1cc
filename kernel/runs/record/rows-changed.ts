/**
 * Compares the rows of a split between two runs. Rows with equal values match at any position; a row found in another
 * split counts as moved. Of the remaining rows, two count as one changed row if they are equal except for the label or
 * follow the same row. All others count as added or removed.
 */
import { plural } from "../../host/value-text.js";
import type { SplitRowMarks, RowMarksBySplit } from "../row-marks.js";

export interface RowChangesBetweenRuns {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /**
   * Number of removed rows that are in another split of the second run, and of added rows that were in another split of
   * the first.
   */
  readonly moved: Readonly<Record<string, number>>;
  /** True if only the order of the rows differs. */
  readonly order: boolean;
  /**
   * The first differing rows, in order. `row` is the row number in the source, from 1; for an added row, in the second
   * run.
   */
  readonly first: readonly {
    readonly row: number;
    readonly is: "added" | "removed" | "changed";
    /** Roles with different values; empty unless the row was changed. */
    readonly roles: readonly string[];
  }[];
}

/** Maximum number of rows listed by number. */
const NAMED = 5;

/** Returns null if one of the runs does not have this split or has other roles. */
export function compareRowMarks(
  here: RowMarksBySplit,
  there: RowMarksBySplit,
  split: string,
): RowChangesBetweenRuns | null {
  const [a, b] = [here[split], there[split]];
  if (!a || !b) return null;
  const roles = Object.keys(a.roles);
  if (roles.join() !== Object.keys(b.roles).join()) return null;
  const pairs = new Pairs(a, b, roles);
  pairs.same();
  pairs.leave(elsewhereIn(there, split, roles), elsewhereIn(here, split, roles));
  pairs.like(roles.filter((role) => role !== "label"));
  pairs.following();
  const { gone, come, changed } = pairs.describe();
  const named = [
    ...changed.map(([i, , changedRoles]) => ({ row: a.numbers[i] ?? 0, is: "changed" as const, roles: changedRoles })),
    ...gone.map((i) => ({ row: a.numbers[i] ?? 0, is: "removed" as const, roles: [] })),
    ...come.map((j) => ({ row: b.numbers[j] ?? 0, is: "added" as const, roles: [] })),
  ];
  return {
    added: come.length,
    removed: gone.length,
    changed: changed.length,
    moved: {
      ...movedOf(
        "to",
        gone.map((i) => keyOf(a, roles, i)),
        there,
        split,
        roles,
      ),
      ...movedOf(
        "from",
        come.map((j) => keyOf(b, roles, j)),
        here,
        split,
        roles,
      ),
    },
    order: named.length === 0,
    // Changed rows come first: where a split is redrawn, dozens of rows are added and removed.
    first: named
      .sort((one, other) => Number(one.is !== "changed") - Number(other.is !== "changed") || one.row - other.row)
      .slice(0, NAMED),
  };
}

/** For example `1 row changed, 2 added: row 3 (label), row 41 added`. */
export function rowChangesText({ added, removed, changed, moved, order, first }: RowChangesBetweenRuns): string {
  if (order) return "the same rows in another order";
  const counts = [
    ...(changed > 0 ? [`${plural(changed, "row")} changed`] : []),
    ...(added > 0 ? [`${plural(added, "row")} added`] : []),
    ...(removed > 0 ? [`${plural(removed, "row")} removed`] : []),
    ...Object.entries(moved).map(([where, count]) => `${count.toLocaleString("en-US")} of these ${where}`),
  ];
  const one = [added, removed, changed].filter((count) => count > 0).length === 1;
  const rows = first.map(({ row, is, roles }) =>
    [`row ${String(row)}`, ...(is === "changed" ? [`(${roles.join(", ")})`] : one ? [] : [is])].join(" "),
  );
  const more = added + removed + changed > first.length ? ", …" : "";
  return `${counts.join(", ")}: ${rows.join(", ")}${more}`;
}

function keyOf({ roles }: SplitRowMarks, names: readonly string[], row: number): string {
  return names.map((role) => roles[role]?.[row]).join(" ");
}

/** Counts the rows of one split that are in other splits of the other run. */
function movedOf(
  way: "to" | "from",
  keys: readonly string[],
  others: RowMarksBySplit,
  split: string,
  roles: readonly string[],
): Readonly<Record<string, number>> {
  if (keys.length === 0) return {};
  const found = Object.entries(others).flatMap(([name, marks]) => {
    if (name === split) return [];
    const there = keysOf(marks, roles);
    const count = keys.filter((key) => there.has(key)).length;
    return count > 0 ? [[`${way === "to" ? "are" : "were"} in ${name}`, count] as const] : [];
  });
  return Object.fromEntries(found);
}

const keysOf = (marks: SplitRowMarks, roles: readonly string[]): ReadonlySet<string> =>
  new Set(Array.from({ length: marks.numbers.length }, (_, row) => keyOf(marks, roles, row)));

/** Returns the row keys of all splits except this one. */
function elsewhereIn(marks: RowMarksBySplit, split: string, roles: readonly string[]): readonly ReadonlySet<string>[] {
  return Object.entries(marks).flatMap(([name, splitMarks]) => (name === split ? [] : [keysOf(splitMarks, roles)]));
}

/** Marks a row that has no partner and is not paired any more. */
const LEFT = -2;

class Pairs {
  /** Map a row of the first run to its row of the second, and back. −1: not paired yet; LEFT: never paired. */
  private readonly there: Int32Array;
  private readonly here: Int32Array;

  constructor(
    private readonly a: SplitRowMarks,
    private readonly b: SplitRowMarks,
    private readonly roles: readonly string[],
  ) {
    this.there = new Int32Array(a.numbers.length).fill(-1);
    this.here = new Int32Array(b.numbers.length).fill(-1);
  }

  same(): void {
    this.like(this.roles);
  }

  /** Excludes unpaired rows from pairing if they occur in another split of the other run. */
  leave(there: readonly ReadonlySet<string>[], here: readonly ReadonlySet<string>[]): void {
    const left = (rows: Int32Array, marks: SplitRowMarks, others: readonly ReadonlySet<string>[]): void =>
      rows.forEach((to, row) => {
        if (to === -1 && others.some((keys) => keys.has(keyOf(marks, this.roles, row)))) rows[row] = LEFT;
      });
    left(this.there, this.a, there);
    left(this.here, this.b, here);
  }

  /** Pairs unpaired rows with equal values of these roles, in order. */
  like(roles: readonly string[]): void {
    if (roles.length === 0) return;
    const free = new Map<string, number[]>();
    for (let j = this.here.length - 1; j >= 0; j--) {
      if (this.here[j] !== -1) continue;
      const key = keyOf(this.b, roles, j);
      const rows = free.get(key);
      if (rows) rows.push(j);
      else free.set(key, [j]);
    }
    for (let i = 0; i < this.there.length; i++) {
      if (this.there[i] !== -1) continue;
      const j = free.get(keyOf(this.a, roles, i))?.pop();
      if (j !== undefined) this.pair(i, j);
    }
  }

  /** Pairs unpaired rows whose preceding rows are paired with each other, or that are the first row of both. */
  following(): void {
    for (let i = 0; i < this.there.length; i++) {
      if (this.there[i] !== -1) continue;
      const before = i === 0 ? -1 : (this.there[i - 1] ?? -1);
      if (i > 0 && before < 0) continue;
      if (this.here[before + 1] === -1) this.pair(i, before + 1);
    }
  }

  private pair(i: number, j: number): void {
    this.there[i] = j;
    this.here[j] = i;
  }

  describe() {
    const gone: number[] = [];
    const changed: (readonly [number, number, readonly string[]])[] = [];
    for (const [i, j] of this.there.entries()) {
      if (j < 0) gone.push(i);
      else {
        const changedRoles = this.roles.filter((role) => this.a.roles[role]?.[i] !== this.b.roles[role]?.[j]);
        if (changedRoles.length > 0) changed.push([i, j, changedRoles]);
      }
    }
    const come = [...this.here.entries()].flatMap(([j, i]) => (i < 0 ? [j] : []));
    return { gone, come, changed };
  }
}
