/**
 * The file of decisions, next to the data. It is append-only, and each decision is one write of a complete line. So
 * concurrent writers lose nothing, and a killed process leaves at most an incomplete line, which the next write ends
 * first.
 */
import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  parseAnnotationLines,
  serializeAnnotationLine,
  type AnnotationLine,
  type ParsedAnnotationLines,
} from "../annotations/line.js";
import { diskError } from "../../fetch/disk.js";
import { FileNotRead, readWholeFile } from "../../fetch/regular.js";

/** Maximum bytes: about a million decisions. */
const MOST = 512 * 2 ** 20;

/** A missing file means no decisions. Coded errors `unreadable-file`, `file-too-large`. */
export function readAnnotationDecisions(file: string): ParsedAnnotationLines {
  try {
    return parseAnnotationLines(readWholeFile(file, MOST)?.toString("utf8") ?? "");
  } catch (error) {
    if (!(error instanceof FileNotRead)) throw error;
    const { why, bytes } = error;
    if (bytes !== undefined) throw new CodedError("file-too-large", { file, bytes, most: MOST }, { cause: error });
    throw new CodedError("unreadable-file", { file, why }, { cause: error });
  }
}

/**
 * Returns when the decision is on disk. Coded errors `disk-full`, `cannot-write`; earlier decisions are unaffected.
 */
export function appendAnnotationDecision(file: string, line: AnnotationLine): void {
  try {
    const open = openSync(file, "a+");
    try {
      const bytes = Buffer.from(`${endsWhole(open) ? "" : "\n"}${serializeAnnotationLine(line)}`);
      const written = writeSync(open, bytes);
      // A second write of the rest could follow a line of another process.
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
