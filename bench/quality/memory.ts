/** Peak memory of this process's children; engines run in their own processes. */
import { readFileSync } from "node:fs";
import { peakRss } from "../step/batch.js";

export interface Watch {
  /** Stops the watch. Returns MiB of the largest child; 0 where the system does not report it. */
  stop(): number;
}

export function watchChildren(milliseconds = 200): Watch {
  let most = 0;
  const look = (): void => {
    for (const pid of children()) most = Math.max(most, peakRss(pid));
  };
  const timer = setInterval(look, milliseconds);
  timer.unref();
  return {
    stop() {
      look();
      clearInterval(timer);
      return most;
    },
  };
}

function children(): readonly number[] {
  try {
    const pid = String(process.pid);
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
