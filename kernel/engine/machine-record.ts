/**
 * What `tunebook setup` measured of each engine on this machine, in the cache: what `auto` chooses by. A record of another
 * processor, or none that can be read, counts as none: it is a hint, and measuring again is cheap.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { cachePath } from "#kernel/fetch/cache.js";
import type { EngineName } from "./engine.js";
import type { Products } from "./products.js";

export interface MachineRecord {
  readonly processor: string;
  readonly threads: number;
  readonly engines: Readonly<Partial<Record<EngineName, Products & { readonly title: string }>>>;
}

const file = (): string => cachePath("engines.json");
export function processorName(): string {
  return cpus()[0]?.model.trim() ?? "unknown processor";
}

export function readMachineRecord(): MachineRecord | null {
  try {
    const found = JSON.parse(readFileSync(file(), "utf8")) as Partial<MachineRecord> | null;
    const same = found?.processor === processorName() && found.threads === availableParallelism();
    return same && typeof found.engines === "object" ? (found as MachineRecord) : null;
  } catch {
    return null;
  }
}

/** A cache that can't be written keeps none: that must not fail a setup. */
export function writeMachineRecord(engines: MachineRecord["engines"]): MachineRecord {
  const record = { processor: processorName(), threads: availableParallelism(), engines };
  try {
    mkdirSync(dirname(file()), { recursive: true });
    writeFileAtomic.sync(file(), `${JSON.stringify(record, null, 2)}\n`);
  } catch {
    // Only a hint for later choices.
  }
  return record;
}
