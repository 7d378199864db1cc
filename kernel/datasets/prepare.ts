/** Data as their source wants them: held in memory as tables, or streamed from a folder of the cache. */
import type { DataPlan } from "#dsl/types/subject.js";
import type { SourceWorld } from "#stdlib/kinds/data.js";
import { registry as whole } from "#stdlib/registry.js";
import { prepare as prepareInMemory, type PrepareOptions } from "../core/data/prepare.js";
import type { Prepared } from "../core/data/prepared.js";
import { isStreamed } from "../core/data/rows.js";

/** As `prepare` of rows in memory; coded errors of streaming (`cannot-stream`, `split-not-streamed`) too. */
export async function prepare(plan: DataPlan, world: SourceWorld, o: PrepareOptions = {}): Promise<Prepared> {
  if (!isStreamed(plan)) return prepareInMemory(plan, world, o);
  const { prepareStreamed } = await import("./prepare-streamed.js");
  return prepareStreamed(plan, world, { ...o, registry: o.registry ?? whole });
}
