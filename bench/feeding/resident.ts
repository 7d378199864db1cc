/** Peak resident memory of a process so far, in MiB; 0 where the system does not report it. */
import { readFileSync } from "node:fs";

export function peakRss(pid: number): number {
  try {
    const kib = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1];
    return Math.round(Number(kib ?? 0) / 1024);
  } catch {
    return 0;
  }
}
