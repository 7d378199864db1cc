/**
 * Which process writes a run, so that a reader can tell one that goes on from one that was killed. The machine is told by a
 * hash: a run's folder may be given away.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import * as v from "valibot";
import { objectWith, schemaGuard, type Schema } from "../fetch/json.js";

export interface ProcessIdentity {
  readonly id: number;
  readonly machine: string;
  /** When it began, as the system counts: another process may get the same id later. Null where that can't be told. */
  readonly since: string | null;
  /** It has the run's lock as long as it writes (run-lock.ts); versions before didn't. */
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
/** Another process of this machine. */
export function processIdentityOf(id: number): ProcessIdentity {
  return { id, machine, since: sinceOf(id) };
}
/** Whether a process of this machine was started before the machine was. Undefined: it can't be told from here. */
export function isFromEarlierBoot({ machine: writerMachine, since }: ProcessIdentity): boolean | undefined {
  const now = sinceOf(process.pid);
  if (writerMachine !== machine || since === null || now === null) return undefined;
  return since.split("-")[0] !== now.split("-")[0];
}

/** Undefined: it can't be told from here. */
export function isProcessAlive(writer: ProcessIdentity): boolean | undefined {
  if (writer.machine !== machine) return undefined;
  // 0 and negative numbers are no processes but groups of them.
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

/** Linux alone says it: ticks from the start of this boot. */
function sinceOf(id: number): string | null {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    // The name may hold blanks and brackets; what follows its last bracket does not.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // It has ended, but nobody has asked how.
    if (state === "Z" || state === "X") return null;
    const ticks = fields[18];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    return ticks === undefined ? null : `${boot}-${ticks}`;
  } catch {
    return null;
  }
}
