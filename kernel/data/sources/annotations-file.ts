/**
 * The file of decisions beside the data. It only grows: each decision is one write of one whole line at its end, so that two
 * who write at once lose nothing, and whoever is killed leaves at most a torn line, which the next one ends before its own.
 */
import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  parseAnnotationLines,
  serializeAnnotationLine,
  type AnnotationLine,
  type AnnotationLines,
} from "../annotations/line.js";
import { diskError } from "../../fetch/disk.js";
import { FileNotRead, readWholeFile } from "../../fetch/regular.js";

/** A million decisions. */
const MOST = 512 * 2 ** 20;

/** Where there is no file, nothing was decided. Coded errors `unreadable-file`, `file-too-large`. */
export function readAnnotationDecisions(file: string): AnnotationLines {
  try {
    return parseAnnotationLines(readWholeFile(file, MOST)?.toString("utf8") ?? "");
  } catch (error) {
    if (!(error instanceof FileNotRead)) throw error;
    const { why, bytes } = error;
    if (bytes !== undefined) throw new CodedError("file-too-large", { file, bytes, most: MOST }, { cause: error });
    throw new CodedError("unreadable-file", { file, why }, { cause: error });
  }
}

/** On the disk when it comes back. Coded errors `disk-full`, `cannot-write`; what was written before stays. */
export function appendAnnotationDecision(file: string, line: AnnotationLine): void {
  try {
    const open = openSync(file, "a+");
    try {
      const bytes = Buffer.from(`${endsWhole(open) ? "" : "\n"}${serializeAnnotationLine(line)}`);
      const written = writeSync(open, bytes);
      // The rest of a line would stand behind what another wrote meanwhile.
      if (written < bytes.length) throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      fdatasyncSync(open);
    } finally {
      closeSync(open);
    }
  } catch (error) {
    throw diskError(error, file);
  }
}

function endsWhole(open: number): boolean {
  const { size } = fstatSync(open);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(open, last, 0, 1, size - 1);
  return last[0] === 10;
}
