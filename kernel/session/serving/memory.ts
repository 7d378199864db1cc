/** How much memory a process holds, where the system tells it. */
import { readFileSync } from "node:fs";

/** Bytes; null: nobody knows. */
export function memoryOf(process: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(process)}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
