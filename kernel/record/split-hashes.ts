/** A hash of the rows of each split, as a model reads them: which rows differ is told by split. Made once of what is held. */
import { createHash } from "node:crypto";
import type { ColumnTable } from "arquero";
import { lineOf } from "../core/data/line.js";
import type { Prepared } from "../core/data/prepared.js";
import { rowsFile } from "../datasets/streamed.js";
import { hashAt } from "../fetch/hashed.js";

const known = new WeakMap<ColumnTable, string>();

export async function splitHashes({ splits, streamed }: Prepared): Promise<Readonly<Record<string, string>>> {
  const found: [string, string][] = [];
  // Their lines are on the disk as they would be written here.
  for (const [name, { folder, name: own }] of Object.entries(streamed ?? {}))
    found.push([name, await hashAt(rowsFile(folder, own))]);
  if (!streamed) for (const [name, table] of Object.entries(splits)) found.push([name, hashOfTable(table)]);
  return Object.fromEntries(found);
}

function hashOfTable(table: ColumnTable): string {
  const before = known.get(table);
  if (before !== undefined) return before;
  const roles = table
    .columnNames()
    .filter((name) => name !== "$row")
    .sort();
  const hash = createHash("sha256");
  const columns = roles.map((role) => [role, table.getter(role)] as const);
  table.scan((row) => {
    if (row === undefined) return;
    hash.update(lineOf(roles, Object.fromEntries(columns.map(([role, get]) => [role, get(row) as unknown]))));
  }, true);
  const made = hash.digest("hex");
  known.set(table, made);
  return made;
}
