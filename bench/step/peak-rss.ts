/** What a process held at most. */
import { readFileSync } from "node:fs";

/** Greatest resident memory so far, MiB; 0 where the system doesn't tell. */
export function peakRss(pid: number): number {
  return resident(pid, "VmHWM");
}
/** Resident memory now, MiB. */
export function currentRss(pid: number): number {
  return resident(pid, "VmRSS");
}
function resident(pid: number, field: "VmHWM" | "VmRSS"): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
    const kib = new RegExp(`^${field}:\\s*(\\d+)`, "m").exec(status)?.[1];
    return Math.round(Number(kib ?? 0) / 1024);
  } catch {
    return 0;
  }
}
