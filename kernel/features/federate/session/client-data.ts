/**
 * The clients of a federation and their rows: each has its own data set, or a part of a shared one. The rows of all
 * clients are also joined into one data set, client by client, for overall scores.
 */
import type { ColumnTable } from "arquero";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { FederatedPlan, Plan } from "#dsl/compiler/plan/plan.js";
import type { DataFacts, SplitFacts } from "#dsl/language/types/facts.js";
import { dataReadingSettingsOf, type Call } from "#dsl/language/types/value.js";
import type { PartitionImplementation } from "#stdlib/partitions/kind.js";
import { dealRowsLikeTraining } from "#stdlib/partitions/shared/label-matched-rows.js";
import { registry } from "#stdlib/registry.js";
import { splitNamesOf, trainingSplitName, type PreparedData } from "../../../data/prepared.js";
import { sourceNameOfSplit } from "../../../data/row/row.js";
import type { HostContext } from "../../../host/host-context.js";
import { loadImplementation } from "../../../host/load-implementation.js";
import type { DatasetCache } from "../../../session/answers/dataset-cache.js";
import type { Warn } from "../../../session/execution-context.js";
import { normalizedLabel } from "#dsl/compiler/checks/label-form.js";

export interface ClientRows {
  readonly name: string;
  /** The client's rows only: training rows, and validation rows if it has any. */
  readonly prepared: PreparedData;
}
export interface FederationClientData {
  /** The training and validation rows of all clients, client by client; other splits unchanged. */
  readonly together: PreparedData;
  readonly each: readonly ClientRows[];
  /** Validation rows of clients without training rows, placed after all others; null if there are none. */
  readonly rest: PreparedData | null;
}
export interface DataReadingContext {
  readonly datasets: DatasetCache;
  readonly hostContext: HostContext;
  readonly warn?: Warn;
}

const VALIDATION = "validation";

/** `ownData`: the data of `Recipe.data`. Coded errors `federate-roles`, and those of partitions. */
export async function readClientData(
  plan: Plan,
  ownData: PreparedData,
  context: DataReadingContext,
): Promise<FederationClientData> {
  const federated = mustExist(plan.recipe.federated, "a federation");
  return federated.clients
    ? partedOf(plan, ownData, federated.clients, context)
    : apartOf(plan, ownData, federated.others, context);
}

/** The coordinator's data if clients have their own rows: only for validation and test, without training rows. */
export function withoutTrainingSplit(ownData: PreparedData): PreparedData {
  const name = trainingSplitName(ownData);
  const splits = { ...ownData.splits, [name]: trainedOf(ownData).reify([]) as ColumnTable };
  return { ...ownData, splits, facts: { ...ownData.facts, splits: countedIn(ownData.facts, splits) } };
}

/** Reads one data set per client. */
async function apartOf(
  { recipe }: Plan,
  ownData: PreparedData,
  others: FederatedPlan["others"],
  { datasets, hostContext }: DataReadingContext,
): Promise<FederationClientData> {
  const all: PreparedData[] = [ownData];
  for (const { data } of others) all.push(await datasets.data(data, dataReadingSettingsOf(recipe.model), hostContext));
  const labels = [...new Set(all.flatMap((one) => one.labels))];
  const names = uniqueNames(all.map(({ name }) => name));
  const each = all.map((one, i) => ({
    name: mustExist(names[i], "a name"),
    prepared: { ...one, labels, splits: splitsOf(one, trainedOf(one), validationOf(one)) },
  }));
  const roles = trainedOf(ownData).columnNames();
  for (const { name, prepared } of each) {
    const missing = roles.find((role) => !trainedOf(prepared).columnNames().includes(role));
    if (missing !== undefined)
      throw new CodedError("federate-roles", { data: name, role: missing, first: ownData.name });
  }
  return { each, together: joined(ownData, each, labels), rest: null };
}

async function partedOf(
  { recipe }: Plan,
  ownData: PreparedData,
  clients: Call,
  context: DataReadingContext,
): Promise<FederationClientData> {
  const train = trainedOf(ownData);
  const validation = validationOf(ownData);
  const values = await valuesOf(recipe.data, clients, [train, ...(validation ? [validation] : [])], context);
  const { seed } = recipe.training;
  const { dealt, left } = partitionRows(clients, await loadImplementation(clients, "partition"), {
    trains: train.numRows(),
    validates: validation?.numRows() ?? 0,
    values,
    seed,
  });
  const each = dealt.map(({ name, trains, validates }): ClientRows => {
    const heldOut = validation?.reify([...validates]) as ColumnTable | undefined;
    return {
      name,
      prepared: { ...ownData, splits: splitsOf(ownData, train.reify([...trains]) as ColumnTable, heldOut) },
    };
  });
  const heldOut = left.rows.length > 0 ? (validation?.reify([...left.rows]) as ColumnTable | undefined) : undefined;
  const rest = heldOut ? { ...ownData, splits: { [VALIDATION]: heldOut } } : null;
  const leftOut = { clients: left.clients, of: left.clients + each.length, rows: left.rows.length };
  if (left.clients > 0) context.warn?.("clients-left-out", leftOut);
  return { each, together: joined(ownData, each, ownData.labels, rest), rest };
}

interface Dealt {
  readonly name: string;
  readonly trains: ArrayLike<number> & Iterable<number>;
  readonly validates: ArrayLike<number> & Iterable<number>;
}
/**
 * Partitions training rows by the partition word, and validation rows in the same way. `values`: of the training rows,
 * then of the validation rows.
 */
export function partitionRows(
  clients: Call,
  { part }: PartitionImplementation,
  options: {
    readonly trains: number;
    readonly validates: number;
    readonly values: readonly string[] | null;
    readonly seed: number;
  },
): { readonly dealt: readonly Dealt[]; readonly left: { readonly clients: number; readonly rows: readonly number[] } } {
  const { trains, validates, values, seed } = options;
  if (registry.find("partition", clients.word)?.capabilities?.clientCount(clients) !== null) {
    const trainValues = values?.slice(0, trains) ?? null;
    const parts = part(clients, { rows: trains, values: trainValues, seed });
    const alike = { values: trainValues, rows: validates, others: values?.slice(trains) ?? null, seed };
    const others = dealRowsLikeTraining(
      parts.map(({ rows }) => rows),
      alike,
    );
    const dealt = parts.map(({ name, rows }, i) => ({ name, trains: rows, validates: mustExist(others[i], "rows") }));
    return { dealt, left: { clients: 0, rows: [] } };
  }
  // Each row names its client. A client with validation rows only does not train.
  const all = part(clients, { rows: trains + validates, values, seed }).map(({ name, rows }) => ({
    name,
    trains: rows.filter((row) => row < trains),
    validates: rows.filter((row) => row >= trains).map((row) => row - trains),
  }));
  const idle = all.filter((one) => one.trains.length === 0);
  const left = { clients: idle.length, rows: idle.flatMap((one) => [...one.validates]) };
  return { dealt: all.filter((one) => one.trains.length > 0), left };
}

/** Values of the column that rows are partitioned by; null if there is none. */
async function valuesOf(
  data: Plan["recipe"]["data"],
  clients: Call,
  tables: readonly ColumnTable[],
  { datasets, hostContext, warn }: DataReadingContext,
): Promise<readonly string[] | null> {
  const partition = registry.find("partition", clients.word)?.capabilities;
  const by = partition?.partitionedBy?.(clients) ?? null;
  if (by === null) return null;
  const role = by === "label" ? "label" : Object.entries(data.columns).find(([, column]) => column === by.column)?.[0];
  const found: string[] = [];
  for (const table of tables) {
    const hasColumn = role !== undefined && table.columnNames().includes(role);
    if (by === "label" && !hasColumn)
      throw new CodedError("clients-by-nothing", { data: data.name, clients: clients.word });
    const column = by === "label" ? "" : by.column;
    const values = hasColumn
      ? Array.from(table.array(role) as ArrayLike<unknown>)
      : await datasets.column(
          data,
          { column, source: sourceNameOfSplit(table), rows: Array.from(table.array("$row") as ArrayLike<number>) },
          hostContext,
        );
    for (const value of values) found.push(String(value));
  }
  if (warn && partition?.clientCount(clients) === null) warnOfNames(found, clients.word, warn);
  return found;
}

function trainedOf(prepared: PreparedData): ColumnTable {
  return mustExist(prepared.splits[trainingSplitName(prepared)], "the rows that train");
}
const validationOf = (prepared: PreparedData): ColumnTable | undefined => prepared.splits[VALIDATION];

/** The training and validation splits; leaves out empty ones. */
function splitsOf(
  ownData: PreparedData,
  train: ColumnTable,
  validation: ColumnTable | undefined,
): PreparedData["splits"] {
  return {
    [trainingSplitName(ownData)]: train,
    ...(validation && validation.numRows() > 0 && { [VALIDATION]: validation }),
  };
}

function joined(
  ownData: PreparedData,
  each: readonly ClientRows[],
  labels: readonly string[],
  left: PreparedData | null = null,
): PreparedData {
  const all = each.map(({ prepared }) => prepared);
  const rest = Object.fromEntries(
    splitNamesOf(ownData).flatMap((name) => {
      const table = ownData.splits[name];
      return name === VALIDATION || name === trainingSplitName(ownData) || !table ? [] : [[name, table] as const];
    }),
  );
  const train = concatenated(all.map(trainedOf));
  const validation = concatenated([...all, ...(left ? [left] : [])].flatMap((one) => validationOf(one) ?? []));
  const splits = { ...rest, ...splitsOf(ownData, mustExist(train, "rows that train"), validation) };
  const hashes = [...new Set(all.map(({ facts }) => facts.hash))];
  const sources = [...new Map(all.map((one) => [one.facts, one.facts])).values()];
  const facts: DataFacts = {
    ...ownData.facts,
    labels,
    rowsIn: sources.reduce((sum, one) => sum + one.rowsIn, 0),
    kept: sources.reduce((sum, one) => sum + one.kept, 0),
    hash: hashes.length === 1 ? ownData.facts.hash : hashOf(hashes),
    splits: countedIn(ownData.facts, splits),
  };
  return { ...ownData, labels, splits, facts };
}

function countedIn(facts: DataFacts, splits: PreparedData["splits"]): DataFacts["splits"] {
  return Object.fromEntries(
    Object.entries(splits).map(([name, table]) => {
      const known = facts.splits[name] ?? Object.values(facts.splits)[0];
      return [name, { ...mustExist<SplitFacts>(known, "a split"), rows: table.numRows() }];
    }),
  );
}

function concatenated(tables: readonly ColumnTable[]): ColumnTable | undefined {
  const [first, ...others] = tables;
  if (!first || others.length === 0) return first;
  const names = first.columnNames();
  return first.concat(...others.map((one) => one.select(names) as ColumnTable)) as ColumnTable;
}

/** Data that are listed twice under the same name are two clients. */
function uniqueNames(names: readonly string[]): readonly string[] {
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((one) => one === name).length;
    return before === 0 ? name : `${name} ${String(before + 1)}`;
  });
}

/** Warns of values that differ only in spelling and may be the same client. */
function warnOfNames(names: Iterable<string>, clients: string, warn: Warn): void {
  const forms = new Map<string, Set<string>>();
  for (const name of names) forms.set(normalizedLabel(name), (forms.get(normalizedLabel(name)) ?? new Set()).add(name));
  const groups = [...forms.values()].filter(({ size }) => size > 1).map((some) => [...some]);
  if (groups.length > 0) warn("clients-alike", { clients, of: groups });
}
