/**
 * Builds the table of a comparison: one row per technique and program, with means, medians and the ratio to Tunebook's
 * time.
 */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { table } from "../table.js";

export interface Result {
  readonly program: string;
  readonly technique: "full" | "lora";
  readonly seed: number;
  readonly accuracy: number;
  readonly seconds: number;
  readonly trainSeconds: number;
  readonly tokensPerSecond: number;
}
export function report(results: readonly Result[]): string {
  const rows = [...grouped(results)].map(([name, group]) => {
    const ours = results.filter((r) => r.technique === group[0]?.technique && r.program === "tunebook");
    const seconds = median(group.map((r) => r.seconds));
    return [
      name,
      mean(group.map((r) => r.accuracy)).toFixed(4),
      group.map((r) => r.accuracy.toFixed(3)).join(" "),
      seconds.toFixed(1),
      `${Math.min(...group.map((r) => r.seconds)).toFixed(1)} – ${Math.max(...group.map((r) => r.seconds)).toFixed(1)}`,
      median(group.map((r) => r.tokensPerSecond)).toFixed(0),
      (seconds / median(ours.map((r) => r.seconds))).toFixed(2),
    ];
  });
  const head = ["", "accuracy", "each seed", "seconds", "min – max", "tokens/s", "times ours"];
  return `${processor()}, Node ${process.version}\n${table(head, rows)}`;
}

function grouped(results: readonly Result[]): Map<string, Result[]> {
  const groups = new Map<string, Result[]>();
  for (const r of results)
    groups.set(`${r.technique} ${r.program}`, [...(groups.get(`${r.technique} ${r.program}`) ?? []), r]);
  return groups;
}

export function processor(): string {
  const name =
    process.platform === "linux"
      ? /^model name\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]
      : undefined;
  return `${name ?? cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores`;
}
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
