/**
 * Opens a job in this process: a session with the sender's state, in which the statement is compiled again. The result
 * must have the same recipes as the sender's.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Value } from "#dsl/language/types/value.js";
import type { HostContext } from "../host/host-context.js";
import type { Engine, EngineOptions } from "../engines/engine.js";
import { trainingPlansOf, type JobAction } from "../remote/jobs/ship.js";
import type { JobWithTables, JobSpec, JobTable } from "../remote/jobs/shipment.js";
import {
  RefusedError,
  type SourceContext,
  type ExecutionContext,
  WarningReporter,
} from "../session/execution-context.js";
import { TuneSession } from "./tune-session.js";

export interface OpenedJob {
  readonly session: TuneSession;
  readonly action: JobAction;
  readonly stage: ExecutionContext;
}
export interface OpenJobOptions extends Pick<SourceContext, "screen" | "signal"> {
  readonly onProgress?: HostContext["onProgress"];
  readonly startEngine?: (options: EngineOptions) => Promise<Engine>;
}

/** A session with the sender's engine and values; the job's sources are not compiled. */
export async function sessionOfJob(
  { shipment, tables }: JobWithTables,
  options: OpenJobOptions,
): Promise<Pick<OpenedJob, "session"> & { readonly hostContext: HostContext }> {
  const { folder, runs } = shipment;
  const session = new TuneSession({ folder, runs, ...(options.startEngine && { startEngine: options.startEngine }) });
  await session.engines.configure(shipment.engine);
  session.datasets.engine = shipment.engine.engine;
  return { session, hostContext: contextOf(shipment, tables, options) };
}

/** Coded error `shipped-otherwise`; errors in the text are a `RefusedError`. The caller closes the session. */
export async function openJob(shipped: JobWithTables, options: OpenJobOptions): Promise<OpenedJob> {
  const { shipment } = shipped;
  const { sources, statement } = shipment;
  const { session, hostContext } = await sessionOfJob(shipped, options);
  try {
    for (const [name, { run, recipeHash }] of Object.entries(shipment.trained))
      session.models.restore(name, run, recipeHash);
    const last = mustExist(sources.at(-1), "the statement's own source");
    session.adopt(sources.slice(0, -1));
    const { diagnostics, actions, facts } = await session.compile(last, hostContext);
    session.known = facts;
    if (diagnostics.some((d) => d.severity === "error") || !actions) throw new RefusedError(diagnostics, sources);
    session.adopt(sources);
    const action = mustExist(
      actions.find((a): a is JobAction => (a.verb === "train" || a.verb === "sweep") && isSame(a, statement)),
      "the statement that was shipped",
    );
    demandSame(action, shipment);
    const warnings = new WarningReporter(options.screen, sources, `${last.id}-shipped`);
    const { experiment } = action;
    const stage = {
      screen: options.screen,
      hostContext,
      sources,
      warnings,
      ...(experiment && { experiment }),
      ...(options.signal && { signal: options.signal }),
    };
    return { session, action, stage };
  } catch (error) {
    await session.close();
    throw error;
  }
}

const isSame = (a: JobAction, { verb, name, span }: JobSpec["statement"]): boolean =>
  a.verb === verb && a.name === name && a.span.start === span.start && a.span.end === span.end;

function demandSame(action: JobAction, { statement }: JobSpec): void {
  const recipes = trainingPlansOf(action).map((plan) => plan.recipeHash);
  const same = recipes.length === statement.recipes.length && recipes.every((hash, i) => hash === statement.recipes[i]);
  if (same) return;
  const { name } = statement;
  throw new CodedError("shipped-otherwise", { name, differs: ["its recipe's hash"] });
}

function contextOf(shipment: JobSpec, tables: ReadonlyMap<string, JobTable>, options: OpenJobOptions): HostContext {
  const { folder, runs, parameters, typescript, live, bests } = shipment;
  const values = new Map<string, unknown>(
    Object.entries(live).map(([name, one]) => [name, one.is === "value" ? one.value : rowsOf(tables.get(name))]),
  );
  return {
    folder,
    runs,
    parameters: parameters as Readonly<Record<string, Value>>,
    typescript: () => typescript,
    live: (name) => (values.has(name) ? { value: values.get(name) } : undefined),
    best: (sweep) => bests[sweep]?.values,
    bestRun: (sweep) => bests[sweep]?.run,
    ...(options.onProgress && { onProgress: options.onProgress }),
    ...(options.signal && { signal: options.signal }),
  };
}

/** Returns a stand-in for a table of the other language; without columns, a value that nothing reads. */
function rowsOf(columns: JobTable | undefined): unknown {
  if (!columns) return {};
  const length = columns.values().next().value?.length ?? 0;
  return {
    columnNames: () => [...columns.keys()],
    numRows: () => length,
    array: (name: string) => columns.get(name) ?? [],
  };
}
