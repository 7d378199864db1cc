/** Targets of the main thread: whatever runs there (cells, displays) registers here; the wire is told of each name. */
import { CommRegistry, type CommOpened } from "./comms.js";

/** The main thread's registry; `serveRuns` connects it to the wire. */
export const mainComms = new CommRegistry();
const told = new Set<(name: string) => void>();

/** Registers a comm target on the main thread: its handlers run between the turns of the cells' event loop. */
export function registerComm(target: string, opened: CommOpened): () => void {
  const remove = mainComms.register(target, opened);
  for (const tell of told) tell(target);
  return remove;
}

/** Tells of all targets registered so far and from now on. */
export function eachTarget(tell: (name: string) => void): void {
  told.add(tell);
  mainComms.names().forEach(tell);
}
