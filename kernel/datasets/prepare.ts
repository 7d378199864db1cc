/** Data as their source wants them: held in memory as tables, or streamed from a folder of the cache. */
import type { DataPlan } from "#dsl/types/subject.js";
import type { SourceWorld } from "#stdlib/kinds/data.js";
import { registry as whole } from "#stdlib/registry.js";
import { measured as measuredInMemory, type Measures } from "../core/data/measured.js";
import { prepareRows as prepareInMemory, type PrepareOptions } from "../core/data/prepare.js";
import type { Prepared } from "../core/data/prepared.js";
import { isStreamed } from "../core/data/rows.js";

/** `prepareRows`, then `measured`. */
export async function prepare(
  plan: DataPlan,
  world: SourceWorld,
  o: PrepareOptions & Measures = {},
): Promise<Prepared> {
  return measured(await prepareRows(plan, world, o), plan, o);
}

/** As of rows in memory; coded errors of streaming (`cannot-stream`, `split-not-streamed`) too. */
export async function prepareRows(plan: DataPlan, world: SourceWorld, o: PrepareOptions = {}): Promise<Prepared> {
  if (!isStreamed(plan)) return prepareInMemory(plan, world, o);
  const { prepareStreamed } = await import("./prepare-streamed.js");
  return prepareStreamed(plan, world, { ...o, registry: o.registry ?? whole });
}

/** The same rows, with lengths in their facts; coded error `cannot-stream` too. */
export async function measured(prepared: Prepared, plan: DataPlan, o: Measures): Promise<Prepared> {
  const { streamed } = prepared;
  if (!streamed || (!o.tokenizer && !o.lengths)) return measuredInMemory(prepared, plan, o);
  const { measuredStreamed } = await import("./measure-streamed.js");
  return measuredStreamed(prepared, streamed, plan, o);
}
