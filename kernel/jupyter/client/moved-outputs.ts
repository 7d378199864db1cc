/** Scores in the outputs of a notebook that was run again, beside those that stood there: lines that begin with a metric. */
import { stripVTControlCharacters } from "node:util";
import { isRecord } from "#dsl/diagnostics/record.js";
import { registry } from "#stdlib/registry.js";
import { alike } from "../../record/alike.js";
import type { Notebook } from "./notebook-file.js";

export interface MovedLine {
  /** From 1, among the code cells. */
  readonly cell: number;
  readonly then: string;
  readonly now: string;
}
export interface MovedOutputs {
  /** Lines that both have. */
  readonly lines: number;
  readonly moved: readonly MovedLine[];
}

export function movedOutputs(before: Notebook, after: Notebook): MovedOutputs {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  let lines = 0;
  const moved: MovedLine[] = [];
  for (const [i, now] of fresh.entries()) {
    const then = [...(old[i] ?? [])];
    for (const line of now) {
      const at = then.findIndex((other) => shapeOf(other) === shapeOf(line));
      if (at < 0) continue;
      const [other = ""] = then.splice(at, 1);
      lines += 1;
      const [a, b] = [numbersIn(other), numbersIn(line)];
      const pairs = a.map((value, n) => ({ what: line, sort: "score" as const, then: value, now: b[n] ?? Number.NaN }));
      if (alike(pairs).beyond.length > 0) moved.push({ cell: i + 1, then: other.trim(), now: line.trim() });
    }
  }
  return { lines, moved };
}

/** By code cell. */
function linesOf({ cells }: Notebook): readonly (readonly string[])[] {
  return cells.flatMap((cell) =>
    cell.cell_type === "code"
      ? [
          cell.outputs
            .flatMap(textsOf)
            .flatMap((text) => text.split("\n"))
            .filter(isScore),
        ]
      : [],
  );
}

function textsOf(output: unknown): readonly string[] {
  if (!isRecord(output)) return [];
  const text = isRecord(output["data"]) ? output["data"]["text/plain"] : output["text"];
  const whole = Array.isArray(text) ? text.join("") : text;
  return typeof whole === "string" ? [stripVTControlCharacters(whole)] : [];
}

/** A metric that isn't measured in time, and a number. */
function isScore(line: string): boolean {
  const word = /^\s*([a-z][a-z_0-9]*)/.exec(line)?.[1];
  const has = word === undefined ? undefined : registry.find("metric", word)?.capabilities;
  return has !== undefined && !has.of.includes("time") && /\d/.test(line.replace(/^\s*\S+/, ""));
}

const number = /(?<![\w.])[+−-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?/g;
function numbersIn(line: string): readonly number[] {
  return [...line.matchAll(number)].map(([text]) => Number(text.replaceAll(",", "").replace("−", "-")));
}
function shapeOf(line: string): string {
  return line.replace(number, "#").replace(/\s+/g, " ").trim();
}
