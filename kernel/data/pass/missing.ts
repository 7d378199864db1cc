/**
 * Counts rows that lack a value which the task requires, and throws one error for all roles at the end, with the first
 * such row. Rows that a cleaner dropped for another reason (several empty rows are duplicates) are counted by their
 * source values.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { RowName } from "#dsl/language/types/row-name.js";
import { isEmptyValue, requiredRoles } from "#stdlib/cleaners/drop_empty.js";
import { rowNameOf } from "../row/row-names.js";
import type { DataRow } from "../row/row.js";

const NAMED = 5;

interface Lacking {
  readonly rows: RowName[];
  count: number;
}

export class MissingValues {
  private readonly roles: readonly (readonly [role: string, column: string])[];
  private readonly found = new Map<string, Lacking>();
  /** Roles that some row lacks after cleaning. */
  private readonly left = new Set<string>();

  constructor(columns: Readonly<Record<string, string>>) {
    this.roles = requiredRoles.flatMap((role) => (columns[role] === undefined ? [] : [[role, columns[role]] as const]));
  }

  /**
   * @param cleaned the row after the cleaners; null: they dropped it
   * @returns whether the cleaned row lacks a value
   */
  look(given: DataRow, cleaned: DataRow | null): boolean {
    let lacks = false;
    for (const [role] of this.roles) {
      const isLeft = cleaned !== null && isEmptyValue(cleaned.values[role]);
      if (isLeft || isEmptyValue(given.values[role])) this.add(role, given);
      if (isLeft) this.left.add(role);
      lacks ||= isLeft;
    }
    return lacks;
  }

  private add(role: string, row: DataRow): void {
    const missing = this.found.get(role) ?? { rows: [], count: 0 };
    this.found.set(role, missing);
    missing.count++;
    if (missing.rows.length < NAMED) missing.rows.push(rowNameOf(row));
  }

  /** Throws the coded error `missing-value`. */
  demandNone(): void {
    const [first, ...also] = this.roles.flatMap(([role, column]) => {
      const missing = this.left.has(role) ? this.found.get(role) : undefined;
      return missing ? [{ role, column, ...missing }] : [];
    });
    if (first) throw new CodedError("missing-value", { ...first, ...(also.length > 0 && { also }) });
  }
}
