/** Rows without a value that the task reads of every row: counted, and an error at the end that names the first. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { RowName } from "#dsl/types/row-name.js";
import { isEmpty, needed } from "#stdlib/cleaners/drop_empty.run.js";
import { rowName } from "../row-names.js";
import type { Row } from "../row.js";
import "../codes.js";

const NAMED = 5;

export class Missing {
  private readonly roles: readonly (readonly [role: string, column: string])[];
  private readonly found = new Map<string, { rows: RowName[]; count: number }>();

  constructor(columns: Readonly<Record<string, string>>) {
    this.roles = needed.flatMap((role) => (columns[role] === undefined ? [] : [[role, columns[role]] as const]));
  }

  /** Whether it lacks a value. */
  look(row: Row): boolean {
    const lacking = this.roles.find(([role]) => isEmpty(row.values[role]));
    if (!lacking) return false;
    const own = this.found.get(lacking[0]) ?? { rows: [], count: 0 };
    this.found.set(lacking[0], own);
    own.count++;
    if (own.rows.length < NAMED) own.rows.push(rowName(row));
    return true;
  }

  /** Coded error `missing-value`. */
  demandNone(): void {
    for (const [role, column] of this.roles) {
      const own = this.found.get(role);
      if (own) throw new CodedError("missing-value", { role, column, ...own });
    }
  }
}
