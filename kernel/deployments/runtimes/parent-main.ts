/** The thread that watches the parent of a runtime's process, and ends the whole process when the parent is gone. */
import { workerData } from "node:worker_threads";

const parent = workerData as number;
const WATCH = 500;

setInterval(() => {
  if (process.ppid !== parent || !isThere(parent)) process.kill(process.pid, "SIGKILL");
}, WATCH);

/** Where nobody takes over orphans, their parent's number stays. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
