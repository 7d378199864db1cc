/** Rows labelled by a teacher model, one line each, next to the run that trains on them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writePrivateFile } from "../fetch/private.js";
import type { ReplayExemplar } from "./continual-state.js";
import { toRunFolderError } from "./folder-errors.js";
import { readRegularFile } from "./read-events.js";

const fileIn = (run: string): string => join(run, "labelled.jsonl");

export function saveTeacherLabelledRows(run: string, rows: readonly ReplayExemplar[]): void {
  const file = fileIn(run);
  if (rows.length === 0 || existsSync(file)) return;
  try {
    writePrivateFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  } catch (error) {
    throw toRunFolderError(error, run);
  }
}

/** Returns their number; null if there are none, or they cannot be read. */
export function countTeacherLabelledRows(run: string): number | null {
  const text = readRegularFile(fileIn(run));
  return text === null ? null : text.split("\n").filter(Boolean).length;
}
