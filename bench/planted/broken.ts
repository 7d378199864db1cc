/**
 * Files that are rejected: a broken row at a random position, or two encodings. A report is right if the code and the
 * line or row are right.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { prepareFetchedRows } from "#kernel/data/sources/prepare.js";
import type { Labelled } from "../judging/sets.js";
import { Drawing } from "../redaction/drawing.js";
import { planOf } from "./told.js";

export interface Trials {
  readonly fault: string;
  readonly trials: number;
  /** `told`: number of coded errors of any kind; `right`: those with the right position. */
  readonly told: number;
  readonly right: number;
}
const TRIALS = 10;

async function refusal(folder: string, name: string, text: string | Uint8Array, word: string) {
  writeFileSync(join(folder, name), text);
  try {
    await prepareFetchedRows(planOf(folder, name, true, word), { folder, live: () => undefined });
    return null;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error as unknown as { readonly code: string; readonly data: Readonly<Record<string, unknown>> };
  }
}

/** How to break a line, and whether the error reports that fault at that row (from 1). */
const faults: readonly (readonly [
  string,
  (line: string) => string,
  (code: string, data: Readonly<Record<string, unknown>>, row: number) => boolean,
])[] = [
  [
    "a line of JSON cut off",
    (line) => line.slice(0, -7),
    (code, { line }, row) => code === "broken-json" && line === row,
  ],
  ["a line that is no object", () => '["a", "b"]', (code, data, row) => code === "json-shape" && data["row"] === row],
  [
    "a field that is missing",
    (line) => JSON.stringify({ ...(JSON.parse(line) as object), text: undefined }),
    (code, { rows }, row) => code === "missing-value" && (rows as readonly unknown[])[0] === row,
  ],
  [
    "a field that is null",
    (line) => JSON.stringify({ ...(JSON.parse(line) as object), label: null }),
    (code, { rows }, row) => code === "missing-value" && (rows as readonly unknown[])[0] === row,
  ],
  [
    "a text that is a list",
    (line) => JSON.stringify({ ...(JSON.parse(line) as object), text: ["a"] }),
    (code, data, row) => code === "not-text" && data["row"] === row,
  ],
];

export async function brokenRows(folder: string, rows: readonly Labelled[], seed: number): Promise<readonly Trials[]> {
  const d = new Drawing(seed);
  const lines = rows.map((row) => JSON.stringify(row));
  const all: Trials[] = [];
  for (const [fault, broken, isTold] of faults) {
    let [told, right] = [0, 0];
    for (let trial = 0; trial < TRIALS; trial++) {
      const at = d.upTo(lines.length);
      const text = lines.map((line, i) => (i === at ? broken(line) : line)).join("\n");
      const error = await refusal(folder, "broken.jsonl", text, "jsonl");
      if (error) told++;
      if (error && isTold(error.code, error.data, at + 1)) right++;
    }
    all.push({ fault, trials: TRIALS, told, right });
  }
  return all;
}

/**
 * Encodes rows before a random row as UTF-8 and the rest as windows-1252, or the other way round. Each row contains a
 * non-ASCII letter.
 */
export async function twoEncodings(folder: string, rows: readonly Labelled[], seed: number): Promise<Trials> {
  const d = new Drawing(seed + 1);
  let [told, right] = [0, 0];
  for (let trial = 0; trial < TRIALS; trial++) {
    const at = 1 + d.upTo(rows.length - 1);
    const first = d.of(["utf8", "latin1"] as const);
    const second = first === "utf8" ? "latin1" : "utf8";
    const line = ({ text, label, part }: Labelled): string =>
      `"${text.replace(/[^ -~]/g, "").replaceAll('"', '""')} caf\u00e9",${label.replace(/[^\w-]/g, "")},${part}\n`;
    const parts = [rows.slice(0, at), rows.slice(at)].map((of) => of.map(line).join(""));
    const bytes = [Buffer.from("text,label,part\n"), Buffer.from(parts[0]!, first), Buffer.from(parts[1]!, second)];
    const error = await refusal(folder, "two.csv", Buffer.concat(bytes), "csv");
    if (error) told++;
    // The header is the first line.
    if (error?.code === "two-encodings" && error.data["line"] === at + 2) right++;
  }
  return { fault: "two encodings", trials: TRIALS, told, right };
}
