/**
 * Lines of the wire's thread for the kernel's log. Each kind is told a few times: a flood of garbage fills no log. They are
 * written past `process.stderr`, which goes through the main thread, where a cell would have them.
 */
import { writeSync } from "node:fs";

const standardError = 2;
const most = 3;
const timesReported = new Map<string, number>();

export function logComplaint(kind: string, detail = ""): void {
  const times = (timesReported.get(kind) ?? 0) + 1;
  timesReported.set(kind, times);
  if (times > most) return;
  const last = times === most ? " (said no more from here on)" : "";
  try {
    writeSync(standardError, `tunebook: ${kind}${detail && `: ${detail}`}${last}\n`);
  } catch {
    // nobody reads the log
  }
}
