/** `tunebook worker` as a process of this machine starts it: it looks after that one first, and loads all else then. */
import { endIfOrphaned, PARENT_VARIABLE } from "#kernel/remote/coordinator/orphaned-work.js";

const parent = Number(process.env[PARENT_VARIABLE]);
if (parent > 0) endIfOrphaned(parent);
await import("./main.js");
