/** Data as their source wants them: held in memory as tables, or streamed from a folder of the cache. */
import { resolve } from "node:path";
import type { TableFacts } from "#dsl/language/types/facts.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { Call } from "#dsl/language/types/value.js";
import type { SourceWorld } from "#stdlib/data/contract.js";
import { registry as whole } from "#stdlib/registry.js";
import { measured as measuredInMemory, type Measures } from "../rows/length-statistics.js";
import { prepareRows as prepareInMemory, readHeader as headerOf, type PrepareOptions } from "../prepare.js";
import type { Withhold } from "../../host/host-context.js";
import type { Prepared } from "../prepared.js";
import { isCall, isStreamed } from "../rows/rows.js";
import { queried } from "./sql/query.js";
import { fetchedSource } from "./addresses.js";
import { decisionsIn } from "./annotations-file.js";

/** A file that is not on this machine and must not be fetched is the coded error `not-fetched`. */
export interface Withholding {
  readonly withhold?: Withhold | undefined;
}

/** `prepareRows`, then `measured`. */
export async function prepare(
  plan: DataPlan,
  world: SourceWorld,
  o: PrepareOptions & Measures = {},
): Promise<Prepared> {
  return measured(await prepareRows(plan, world, o), plan, o);
}

/** As of rows in memory; coded errors of streaming (`cannot-stream`, `split-not-streamed`) and of files that are fetched too. */
export async function prepareRows(
  given: DataPlan,
  world: SourceWorld,
  o: PrepareOptions & Withholding = {},
): Promise<Prepared> {
  const { source, notes, sources } = await fetchedSource(given.source, {
    folder: world.folder,
    split: given.split !== null,
    signal: o.signal,
    onFetch: o.onFetch,
    withhold: o.withhold,
  });
  const prepared = await read({ ...given, source }, asking(world, o.signal), o);
  if (notes.length + sources.length === 0) return prepared;
  const { facts } = prepared;
  return {
    ...prepared,
    facts: {
      ...facts,
      notes: [...notes, ...(facts.notes ?? [])],
      ...(sources.length > 0 && { sources: [...sources, ...(facts.sources ?? [])] }),
    },
  };
}

/** With what runs queries. */
export function asking(world: SourceWorld, signal?: AbortSignal): SourceWorld {
  return { query: (query) => queried(query, world.folder, signal), ...world };
}

async function read(plan: DataPlan, world: SourceWorld, o: PrepareOptions): Promise<Prepared> {
  const decisions = plan.annotations && decisionsIn(resolve(world.folder, plan.annotations.file));
  if (!isStreamed(plan)) return prepareInMemory(plan, world, { ...o, ...(decisions && { decisions }) });
  const { prepareStreamed } = await import("./prepare-streamed.js");
  return prepareStreamed(plan, world, { ...o, registry: o.registry ?? whole });
}

/** Column names and first rows of one source, for checks while someone types; its file is fetched where it lies elsewhere. */
export async function readHeader(
  source: Call,
  world: SourceWorld,
  { signal, withhold }: { readonly signal?: AbortSignal | undefined } & Withholding = {},
): Promise<TableFacts> {
  const fetched = await fetchedSource(source, { folder: world.folder, split: false, head: true, signal, withhold });
  const [first] = isCall(fetched.source) ? [fetched.source] : Object.values(fetched.source);
  const facts = await headerOf(first ?? source, asking(world, signal));
  const sources = [...fetched.sources, ...(facts.sources ?? [])];
  return { ...facts, ...(sources.length > 0 && { sources }) };
}

/** The same rows, with lengths in their facts; coded error `cannot-stream` too. */
export async function measured(prepared: Prepared, plan: DataPlan, o: Measures): Promise<Prepared> {
  const { streamed } = prepared;
  if (!streamed || (!o.tokenizer && !o.lengths)) return measuredInMemory(prepared, plan, o);
  const { measuredStreamed } = await import("./measure-streamed.js");
  return measuredStreamed(prepared, streamed, plan, o);
}
