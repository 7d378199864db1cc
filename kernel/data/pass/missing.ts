/**
 * Rows without a value that the task reads of every row: counted, and an error at the end that names the first, of all roles at
 * once. Rows that a cleaner dropped for another reason (one of several empty ones is a duplicate) count as the source has them.
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
  /** Roles that some row lacks once it was cleaned. */
  private readonly left = new Set<string>();

  constructor(columns: Readonly<Record<string, string>>) {
    this.roles = requiredRoles.flatMap((role) => (columns[role] === undefined ? [] : [[role, columns[role]] as const]));
  }

  /**
   * @param cleaned what cleaners made of the row; null: they dropped it
   * @returns whether that lacks a value
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

  /** Coded error `missing-value`. */
  demandNone(): void {
    const [first, ...also] = this.roles.flatMap(([role, column]) => {
      const missing = this.left.has(role) ? this.found.get(role) : undefined;
      return missing ? [{ role, column, ...missing }] : [];
    });
    if (first) throw new CodedError("missing-value", { ...first, ...(also.length > 0 && { also }) });
  }
}
