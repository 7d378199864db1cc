/**
 * Writes the wire thread's warnings to the kernel's log, each kind only a few times, so that garbage cannot flood it.
 * They bypass `process.stderr`, which goes through the main thread, where a cell would receive them.
 */
import { writeSync } from "node:fs";

const standardError = 2;
const most = 3;
const timesReported = new Map<string, number>();

export function logKernelProblem(kind: string, detail = ""): void {
  const times = (timesReported.get(kind) ?? 0) + 1;
  timesReported.set(kind, times);
  if (times > most) return;
  const last = times === most ? " (no further reports)" : "";
  try {
    writeSync(standardError, `tunebook: ${kind}${detail && `: ${detail}`}${last}\n`);
  } catch {
    // the log is closed
  }
}
