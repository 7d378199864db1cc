/**
 * How fast this machine trained lately, per engine, in model FLOP/s: written after each run, read by the plan's estimate of
 * time. The file is a hint: a missing or broken one means "not measured yet".
 */
import { mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";

export function cacheFolder(): string {
  return process.env["TUNEBOOK_CACHE"] ?? join(homedir(), ".cache", "tunebook");
}
const file = () => join(cacheFolder(), "machine.json");

function read(): Record<string, number> {
  try {
    const found: unknown = JSON.parse(readFileSync(file(), "utf8"));
    return typeof found === "object" && found !== null ? (found as Record<string, number>) : {};
  } catch {
    return {};
  }
}

/** Model FLOP/s of the last run on this engine (`auto`: of the fastest engine measured); null when never measured. */
export function measuredSpeed(engine: string): number | null {
  const all = read();
  const values = engine === "auto" ? Object.values(all) : [all[engine]];
  const known = values.filter((x): x is number => typeof x === "number" && x > 0);
  return known.length === 0 ? null : Math.max(...known);
}

export function rememberSpeed(engine: string, flops: number): void {
  if (!Number.isFinite(flops) || flops <= 0) return;
  try {
    mkdirSync(dirname(file()), { recursive: true });
    writeFileAtomic.sync(file(), JSON.stringify({ ...read(), [engine]: flops }));
  } catch {
    // Only a hint for the next plan: a read-only cache must not fail a run.
  }
}
