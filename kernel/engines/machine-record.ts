/**
 * Measurements of each engine on this machine by `tunebook setup`, stored in the cache (or `TUNEBOOK_MACHINE`), for the
 * choice of `auto`. A record of another processor, or an unreadable one, counts as none: it is a hint, and measuring
 * again is cheap.
 */
import { mkdirSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { dirname } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { measurementsPath } from "#kernel/fetch/cache.js";
import { objectWith, readJsonCacheFile, type Schema } from "#kernel/fetch/json.js";
import type { EngineName } from "./engine.js";
import type { MatrixProductSpeeds } from "./products.js";

const products = {
  title: v.string(),
  f32: v.number(),
  bf16: v.exactOptional(v.number()),
  bandwidth: v.number(),
};
const measured: Schema<MachineSpeedRecord> = objectWith({
  processor: v.string(),
  threads: v.number(),
  // Entries of other engine versions are left out.
  engines: v.object({
    tensorflow: v.exactOptional(objectWith(products)),
    onnx: v.exactOptional(objectWith(products)),
    tfjs: v.exactOptional(objectWith(products)),
  } satisfies Record<EngineName, unknown>),
});

export interface MachineSpeedRecord {
  readonly processor: string;
  readonly threads: number;
  readonly engines: Readonly<Partial<Record<EngineName, MatrixProductSpeeds & { readonly title: string }>>>;
}

const file = (): string => measurementsPath("engines.json");
export function processorName(): string {
  return cpus()[0]?.model.trim() ?? "unknown processor";
}

export function readMachineRecord(): MachineSpeedRecord | null {
  const found = readJsonCacheFile(file(), measured);
  return found?.processor === processorName() && found.threads === availableParallelism() ? found : null;
}

/** A failed write is ignored, because it must not fail a setup. */
export function writeMachineRecord(engines: MachineSpeedRecord["engines"]): MachineSpeedRecord {
  const record = { processor: processorName(), threads: availableParallelism(), engines };
  try {
    mkdirSync(dirname(file()), { recursive: true });
    writeFileAtomic.sync(file(), `${JSON.stringify(record, null, 2)}\n`);
  } catch {
    // The record is only a hint for later choices.
  }
  return record;
}
