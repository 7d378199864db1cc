/** The most memory that processes started by this one held: engines run in a process of their own. */
import { readFileSync } from "node:fs";
import { peakRss } from "../step/batch.js";

export interface Watch {
  /** Ends the watch. MiB of the greatest child; 0 where the system doesn't tell. */
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
