/** The product's reports for a file of rows: per fault the number of rows, and which rows it names. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataPlan, Call, Value } from "#dsl/language/types/value.js";
import { prepareFetchedRows } from "#kernel/data/sources/prepare.js";
import { TELLTALE } from "./faults.js";

export interface Told {
  readonly rows: number;
  /** Row numbers as strings. */
  readonly named: readonly string[];
}

export function writeLines(folder: string, name: string, rows: readonly object[]): string {
  writeFileSync(join(folder, name), `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
  return name;
}

const call = (kind: string, word: string, given: Readonly<Record<string, Value>>): Call => ({
  kind,
  word,
  arguments: given,
});

export function planOf(folder: string, path: string, labelled: boolean, word = "jsonl"): DataPlan {
  return {
    name: "rows",
    folder,
    labels: null,
    sample: null,
    seed: 0,
    clean: [],
    columns: { text: "text", ...(labelled && { label: "label" }) },
    source: call("source", word, { path }),
    split: call("split", "by_column", { column: "part" }),
  };
}

export async function toldOf(folder: string, path: string, labelled: boolean): Promise<ReadonlyMap<string, Told>> {
  const { facts } = await prepareFetchedRows(planOf(folder, path, labelled), { folder, live: () => undefined });
  const told = new Map<string, Told>();
  const add = (what: string, rows: number, named: readonly (string | number)[]): void => {
    const before = told.get(what);
    told.set(what, {
      rows: (before?.rows ?? 0) + rows,
      named: [...(before?.named ?? []), ...named.map(String)],
    });
  };
  const { audit } = facts;
  if (!audit) throw new Error("the rows were not looked through");
  for (const { what, rows, examples, says, mend } of audit.findings ?? []) {
    if (what !== "rule") {
      add(
        what,
        rows,
        examples.map(({ row }) => row),
      );
      continue;
    }
    const label = /tells? “([^”]*)”/.exec(says)?.[1] ?? "";
    add("telltale word", 1, [`${mend.includes(TELLTALE) ? TELLTALE : mend} → ${label}`]);
  }
  for (const { rows, pairs } of audit.near)
    add(
      "near",
      rows,
      pairs.map(({ row }) => row),
    );
  const near = told.get("near");
  if (near) told.set("near, by its own measure", near);
  // Training rows come first among a text's places; the leak is the test row.
  add(
    "leaks",
    facts.leakCount,
    facts.leaks.map(({ places }) => places.find(({ split }) => split === "test")?.row ?? 0),
  );
  for (const { entity, rows, examples } of facts.personal ?? []) add(entity, rows, examples);
  return told;
}
