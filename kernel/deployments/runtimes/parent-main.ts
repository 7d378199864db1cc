/** Thread that watches the parent of a runtime's process, and ends the process when the parent is gone. */
import { workerData } from "node:worker_threads";

const parent = workerData as number;
const WATCH = 500;

setInterval(() => {
  if (process.ppid !== parent || !isThere(parent)) process.kill(process.pid, "SIGKILL");
}, WATCH);

/** On systems that don't reparent orphans, the parent's id stays. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
