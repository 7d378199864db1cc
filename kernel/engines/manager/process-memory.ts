/** Resident memory of a process, on systems with `/proc`. */
import { readFileSync } from "node:fs";

/** Bytes; null where the system does not report it. */
export function processMemory(process: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(process)}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
