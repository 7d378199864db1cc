/** Prepares data as their source requires: in memory as tables, or streamed from a folder of the cache. */
import { resolve } from "node:path";
import type { TableFacts } from "#dsl/language/types/facts.js";
import type { DataPlan, Call } from "#dsl/language/types/value.js";
import type { SourceContext } from "#stdlib/data/contract.js";
import { registry as whole } from "#stdlib/registry.js";
import { measureLengths as measuredInMemory, type LengthMeasurementOptions } from "../rows/length-statistics.js";
import { prepareRows as prepareInMemory, type PrepareOptions } from "../prepare.js";
import type { WithheldFetches } from "../../host/host-context.js";
import type { PreparedData } from "../prepared.js";
import { isSourceCall, isStreamedPlan, readTableHeader } from "../rows/rows.js";
import { runQuery } from "./sql/query.js";
import { fetchSourceFiles } from "./addresses.js";
import { readAnnotationDecisions } from "./annotations-file.js";

/** Forbids downloads: a file that is not on this machine throws the coded error `not-fetched`. */
export interface ForbidDownloadOptions {
  readonly withhold?: WithheldFetches | undefined;
}

/** Runs `prepareRows`, then `measured`. */
export async function prepareFetchedData(
  plan: DataPlan,
  world: SourceContext,
  options: PrepareOptions & LengthMeasurementOptions = {},
): Promise<PreparedData> {
  return measurePreparedData(await prepareFetchedRows(plan, world, options), plan, options);
}

/**
 * Like `prepareRows` for rows in memory; also throws the coded errors of streaming (`cannot-stream`,
 * `split-not-streamed`) and of downloads.
 */
export async function prepareFetchedRows(
  given: DataPlan,
  world: SourceContext,
  options: PrepareOptions & ForbidDownloadOptions = {},
): Promise<PreparedData> {
  const { source, notes, sources } = await fetchSourceFiles(given.source, {
    folder: world.folder,
    split: given.split !== null,
    signal: options.signal,
    onFetch: options.onFetch,
    withhold: options.withhold,
  });
  const prepared = await read({ ...given, source }, sourceContextWithQueries(world, options.signal), options);
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

/** Adds the implementation that runs queries. */
export function sourceContextWithQueries(world: SourceContext, signal?: AbortSignal): SourceContext {
  return { query: (query) => runQuery(query, world.folder, signal), ...world };
}

async function read(plan: DataPlan, world: SourceContext, options: PrepareOptions): Promise<PreparedData> {
  const decisions = plan.annotations && readAnnotationDecisions(resolve(world.folder, plan.annotations.file));
  if (!isStreamedPlan(plan)) return prepareInMemory(plan, world, { ...options, ...(decisions && { decisions }) });
  const { prepareStreamedData } = await import("./prepare-streamed.js");
  return prepareStreamedData(plan, world, { ...options, registry: options.registry ?? whole });
}

/** Returns column names and first rows of one source, for checks during typing. A remote file is fetched. */
export async function readFetchedHeader(
  source: Call,
  world: SourceContext,
  { signal, withhold }: { readonly signal?: AbortSignal | undefined } & ForbidDownloadOptions = {},
): Promise<TableFacts> {
  const fetched = await fetchSourceFiles(source, { folder: world.folder, split: false, head: true, signal, withhold });
  const [first] = isSourceCall(fetched.source) ? [fetched.source] : Object.values(fetched.source);
  const facts = await readTableHeader(first ?? source, sourceContextWithQueries(world, signal), whole);
  const sources = [...fetched.sources, ...(facts.sources ?? [])];
  return { ...facts, ...(sources.length > 0 && { sources }) };
}

/** Returns the data with lengths in their facts. Also throws the coded error `cannot-stream`. */
export async function measurePreparedData(
  prepared: PreparedData,
  plan: DataPlan,
  options: LengthMeasurementOptions,
): Promise<PreparedData> {
  const { streamed } = prepared;
  if (!streamed || (!options.tokenizer && !options.lengths)) return measuredInMemory(prepared, plan, options);
  const { measureStreamedLengths } = await import("./measure-streamed.js");
  return measureStreamedLengths(prepared, streamed, plan, options);
}
