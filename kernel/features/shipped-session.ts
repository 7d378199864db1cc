/**
 * A statement that another process was told of, in this one: a session that knows what that one knew, in which the statement
 * is compiled once more. It must come to the recipes that it came to there.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Value } from "#dsl/language/types/value.js";
import type { HostContext } from "../host/host-context.js";
import type { Engine, EngineOptions } from "../engines/engine.js";
import { plansOf, type Shippable } from "../remote/jobs/ship.js";
import type { Shipped, Shipment, Table } from "../remote/jobs/shipment.js";
import { Refused, type Given, type Stage } from "../session/execution-context.js";
import { TuneSession } from "./tune-session.js";
import { Warnings } from "../session/warnings.js";

export interface Opened {
  readonly session: TuneSession;
  readonly action: Shippable;
  readonly stage: Stage;
}
export interface OpenOptions extends Pick<Given, "screen" | "signal"> {
  readonly onProgress?: HostContext["onProgress"];
  readonly startEngine?: (options: EngineOptions) => Promise<Engine>;
}

/** A session with the engine and the values that the other one had; of its texts nothing is read. */
export async function sessionOf(
  { shipment, tables }: Shipped,
  o: OpenOptions,
): Promise<Pick<Opened, "session"> & { readonly hostContext: HostContext }> {
  const { folder, runs } = shipment;
  const session = new TuneSession({ folder, runs, ...(o.startEngine && { startEngine: o.startEngine }) });
  await session.engines.configure(shipment.engine);
  session.datasets.engine = shipment.engine.engine;
  return { session, hostContext: contextOf(shipment, tables, o) };
}

/** Coded error `shipped-otherwise`; what is wrong with the text is a `Refused`. Whoever opens it closes the session. */
export async function openShipment(shipped: Shipped, o: OpenOptions): Promise<Opened> {
  const { shipment } = shipped;
  const { sources, statement } = shipment;
  const { session, hostContext } = await sessionOf(shipped, o);
  try {
    for (const [name, { run, recipeHash }] of Object.entries(shipment.trained))
      session.models.restore(name, run, recipeHash);
    const last = must(sources.at(-1), "the statement's own source");
    session.adopt(sources.slice(0, -1));
    const { diagnostics, actions, facts } = await session.compile(last, hostContext);
    session.known = facts;
    if (diagnostics.some((d) => d.severity === "error") || !actions) throw new Refused(diagnostics, sources);
    session.adopt(sources);
    const action = must(
      actions.find((a): a is Shippable => (a.verb === "train" || a.verb === "sweep") && isSame(a, statement)),
      "the statement that was shipped",
    );
    demandSame(action, shipment);
    const warnings = new Warnings(o.screen, sources, `${last.id}-shipped`);
    const { experiment } = action;
    const stage = {
      screen: o.screen,
      hostContext,
      sources,
      warnings,
      ...(experiment && { experiment }),
      ...(o.signal && { signal: o.signal }),
    };
    return { session, action, stage };
  } catch (error) {
    await session.close();
    throw error;
  }
}

const isSame = (a: Shippable, { verb, name, span }: Shipment["statement"]): boolean =>
  a.verb === verb && a.name === name && a.span.start === span.start && a.span.end === span.end;

function demandSame(action: Shippable, { statement }: Shipment): void {
  const recipes = plansOf(action).map((plan) => plan.recipeHash);
  const same = recipes.length === statement.recipes.length && recipes.every((hash, i) => hash === statement.recipes[i]);
  if (same) return;
  const { name } = statement;
  throw new CodedError("shipped-otherwise", { name, differs: ["its recipe's hash"] });
}

function contextOf(shipment: Shipment, tables: ReadonlyMap<string, Table>, o: OpenOptions): HostContext {
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
    ...(o.onProgress && { onProgress: o.onProgress }),
    ...(o.signal && { signal: o.signal }),
  };
}

/** What answers as a table of the other language does; without columns: something that nobody reads. */
function rowsOf(columns: Table | undefined): unknown {
  if (!columns) return {};
  const length = columns.values().next().value?.length ?? 0;
  return {
    columnNames: () => [...columns.keys()],
    numRows: () => length,
    array: (name: string) => columns.get(name) ?? [],
  };
}
