/**
 * Identifies the process that writes a run, so that a reader can tell a running writer from a killed one. The machine
 * is identified by a hash, because a run's folder may be shared with others.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import * as v from "valibot";
import { objectWith, schemaGuard, type Schema } from "../fetch/json.js";

export interface ProcessIdentity {
  readonly id: number;
  readonly machine: string;
  /** Start time in the system's own units, since process ids are reused. Null if it is unknown. */
  readonly since: string | null;
  /** The process holds the run's lock while it writes (run-lock.ts); older versions did not. */
  readonly locks?: true;
}

export const processIdentitySchema: Schema<ProcessIdentity> = objectWith({
  id: v.pipe(v.number(), v.integer()),
  machine: v.string(),
  since: v.nullable(v.string()),
  locks: v.exactOptional(v.literal(true)),
});
export const isProcessIdentity = schemaGuard(processIdentitySchema);

const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 12);

export function currentProcess(): ProcessIdentity {
  return processIdentityOf(process.pid);
}
/** Returns the identity of another process of this machine. */
export function processIdentityOf(id: number): ProcessIdentity {
  return { id, machine, since: sinceOf(id) };
}
/** Reports whether a process of this machine was started before the last boot. Undefined if that is unknown. */
export function isFromEarlierBoot({ machine: writerMachine, since }: ProcessIdentity): boolean | undefined {
  const now = sinceOf(process.pid);
  if (writerMachine !== machine || since === null || now === null) return undefined;
  return since.split("-")[0] !== now.split("-")[0];
}

/** Undefined if that cannot be determined from this machine. */
export function isProcessAlive(writer: ProcessIdentity): boolean | undefined {
  if (writer.machine !== machine) return undefined;
  // 0 and negative numbers name process groups, not processes.
  if (!Number.isSafeInteger(writer.id) || writer.id <= 0) return false;
  const since = sinceOf(writer.id);
  if (writer.since !== null && since !== writer.since) return false;
  try {
    process.kill(writer.id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Returns the process's start time in ticks since boot; available on Linux only. */
function sinceOf(id: number): string | null {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    // The process name may contain spaces and brackets; the fields after its last bracket do not.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // The process has ended, but its parent has not yet read its exit status.
    if (state === "Z" || state === "X") return null;
    const ticks = fields[18];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    return ticks === undefined ? null : `${boot}-${ticks}`;
  } catch {
    return null;
  }
}
