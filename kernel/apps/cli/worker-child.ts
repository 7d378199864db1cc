/**
 * `tunebook worker` as started by a process of this machine: it watches that process first and loads the rest
 * afterwards.
 */
import { exitWithParent, PARENT_VARIABLE } from "#kernel/remote/coordinator/orphaned-work.js";

const parent = Number(process.env[PARENT_VARIABLE]);
if (parent > 0) exitWithParent(parent);
await import("./main.js");
