/** What a process held at most. */
import { readFileSync } from "node:fs";

/** Greatest resident memory so far, MiB; 0 where the system doesn't tell. */
export function peakRss(pid: number): number {
  try {
    const kib = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1];
    return Math.round(Number(kib ?? 0) / 1024);
  } catch {
    return 0;
  }
}
