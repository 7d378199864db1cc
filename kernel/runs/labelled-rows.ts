/** Rows that a model labelled, a line for each, beside the run that learns them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "../fetch/private.js";
import type { Exemplar } from "./continual-state.js";
import { writing } from "./folder-errors.js";
import { readRegular } from "./read-regular.js";

const fileIn = (run: string): string => join(run, "labelled.jsonl");

export function keepLabelled(run: string, rows: readonly Exemplar[]): void {
  const file = fileIn(run);
  if (rows.length === 0 || existsSync(file)) return;
  try {
    writePrivate(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  } catch (error) {
    throw writing(error, run);
  }
}

/** How many they are; null: there are none, or they can't be read. */
export function labelledRows(run: string): number | null {
  const text = readRegular(fileIn(run));
  return text === null ? null : text.split("\n").filter(Boolean).length;
}
