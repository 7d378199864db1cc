/**
 * One pass over chunks of rows, wherever they end up: cleaned, looked through for missing values, divided into splits, held
 * against each other, counted, and given to a keeper. Rows that are held in memory are one chunk; streamed ones are many, and
 * of each row nothing stays but a few numbers.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import { Overlay, type Annotated } from "../annotations/overlay.js";
import { annotatedNotes } from "../annotations/notes.js";
import { answersText } from "../rows/answers.js";
import { cleaning, Drops } from "../rows/cleaning.js";
import { rowName } from "../row/row-names.js";
import type { Row } from "../row/row.js";
import { stride, turn } from "../rows/rows.js";
import { divide, dividing, splitOrder, type Divided } from "../rows/splitting.js";
import type { Answer } from "#stdlib/data/answers.js";
import { foreseen, type Foreseen } from "./expected-rows.js";
import { sha256 } from "#platform/digest.js";
import { LabelCounts } from "./labels.js";
import { Leaks } from "./leaks.js";
import { clean, SAMPLE, type Parted, type Passing } from "./streamed-splits.js";
import { Personal } from "./personal.js";
import { Strata } from "./strata.js";
import { thinned } from "./thin.js";

/** Where rows go that have their split. */
export interface Keeper {
  /** `label`: number in order of appearance, −1 where the row has none. */
  keep(split: string, row: Row, label: number): void;
  /** Told when no more rows of a chunk come. */
  flush?(): void;
  /** `[]` of a split that no row fell into. */
  rows(split: string): number;
  /** The rows as `lineOf` writes them, for the hash. */
  lines(split: string): HashedSplit["lines"];
}
export interface Passed {
  readonly facts: Omit<DataFacts, "audit">;
  readonly labels: readonly string[];
  /** Splits in their order, those without rows among them. */
  readonly names: readonly string[];
  /** The first rows kept, as shown in a preview. */
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  /** By a label's number in order of appearance: its place among all that there are. */
  readonly order: Int32Array;
  /** Of a plan with annotations. */
  readonly annotated?: Annotated;
}

/**
 * `from`: rows as they were read, or what `parted` made of them. Coded errors of cleaners and splits, and `missing-value`,
 * `answer-not-there`, `no-rows-left`, `split-not-streamed`.
 */
export async function pass(
  plan: DataPlan,
  from: AsyncIterable<readonly Row[]> | Parted,
  keeper: Keeper,
  o: Passing,
): Promise<Passed> {
  const known = "divided" in from ? from : null;
  const drops = known?.drops.copy() ?? new Drops();
  const [leaks, labels, strata] = [new Leaks(), new LabelCounts(plan.columns), new Strata(plan)];
  const personal = new Personal(plan.columns, await exceptedIn(plan, o));
  const sample: Readonly<Record<string, unknown>>[] = [];
  const found = new Set<string>();
  const read = { rows: known?.read ?? 0 };
  // One that is repeated comes as often, one after the other.
  let [last, copies]: [Row | null, number] = [null, 0];
  const take = ({ row, split, thinned }: Divided): void => {
    const copied = row === last;
    last = row;
    const label = labels.look(row, split, copied);
    if (split === null) {
      drops.add(thinned ? "thinned out of the rows that train" : "left out by the split", rowName(row));
      return;
    }
    found.add(split);
    if (copied) copies++;
    else {
      leaks.look(row, split);
      personal.look(row);
    }
    keeper.keep(split, row, label);
  };
  const overlay = await overlayOf(plan, o);
  /** As people decided, without what they dropped. */
  const decided = (parted: readonly Divided[]): readonly Divided[] => {
    if (!overlay) return parted;
    return parted.flatMap(({ row, split }) => {
      const own = split === null ? row : overlay.place(row, split);
      if (!own) drops.add("dropped by annotators", rowName(row));
      return own ? { row: own, split } : [];
    });
  };
  const before = await foreseenIn(plan, o);
  const cleaners = known?.cleaners.copy(drops) ?? (await cleaning(plan, o.registry, drops, o));
  const parts = async function* (): AsyncGenerator<Pick<Parted, "first" | "divided">> {
    if ("divided" in from) {
      if (from.divided.length > 0) yield from;
      return;
    }
    const divided = await dividedBy(plan, o, before);
    const cleaned = clean(plan, from, { cleaners, drops, read, overlay }, o);
    for await (const rows of before ? picked(cleaned, before, drops) : cleaned)
      yield { first: rows.slice(0, SAMPLE), divided: await divided(rows) };
  };
  for await (const { first, divided } of parts()) {
    for (const row of first.slice(0, SAMPLE - sample.length)) sample.push(shown(plan, overlay?.shown(row) ?? row));
    // Labels are evened out as people decided on them.
    const left = thinned(decided(divided), plan, o);
    for (const { row, split } of left) if (split !== null) strata.look(row, split);
    for (const [at, one] of cleaners.balanced(left).entries()) {
      if (at % stride === 0) await turn(o.signal);
      take(one);
    }
    keeper.flush?.();
  }
  const kept = [...found].reduce((sum, split) => sum + keeper.rows(split), 0);
  const people = overlay?.found();
  // All of them may wait for a label.
  if (kept === 0 && !people?.facts.waiting)
    throw new CodedError("no-rows-left", { rowsIn: read.rows, dropped: drops.list() });
  const names = await splitOrder(plan, o.registry, found);
  const told = labels.found(plan.labels);
  const roles = Object.keys(plan.columns).sort();
  const splits = names.map((name) => ({ name, rows: keeper.rows(name), lines: keeper.lines(name) }));
  const facts: Omit<DataFacts, "audit"> = {
    rowsIn: read.rows,
    kept,
    ...(copies > 0 && { copies }),
    dropped: drops.list(),
    ...cleaners.found(),
    splits: Object.fromEntries(splits.map(({ name, rows }) => [name, { rows, labels: told.in(name), lengths: null }])),
    labels: told.labels,
    ...leaks.found(names.length),
    hash: await hashOf(roles, told.labels, splits),
    notes: [...(people ? annotatedNotes(people.facts) : []), ...strata.notes()],
    ...personal.found(),
    ...(people && { annotated: people.facts }),
  };
  const { order } = told;
  return { facts, labels: told.labels, names, sample, order, ...(people && { annotated: people.annotated }) };
}

/** Texts that cleaners leave as they are on purpose. */
async function exceptedIn({ clean }: DataPlan, { registry }: Passing): Promise<readonly string[]> {
  const of = clean.map(async (call) => (await implementationOf(registry, "cleaner", call.word)).excepts?.(call) ?? []);
  return (await Promise.all(of)).flat();
}

async function overlayOf(plan: DataPlan, { registry, streamed, decisions }: Passing): Promise<Overlay | null> {
  if (!plan.annotations) return null;
  const looking = await cleaning(plan, registry, new Drops(), { streamed });
  return new Overlay(plan, plan.annotations, decisions ?? { lines: [], unread: [] }, looking);
}

/** What a first look at streamed rows finds; null: nothing needs one. */
async function foreseenIn(plan: DataPlan, o: Passing): Promise<Foreseen | null> {
  const { again, registry, streamed } = o;
  if (!streamed || !again) return null;
  const [overlay, cleaners] = [await overlayOf(plan, o), await cleaning(plan, registry, new Drops(), { streamed })];
  return foreseen(plan, registry, () =>
    clean(plan, again(), { cleaners, drops: new Drops(), read: { rows: 0 }, overlay }, o),
  );
}

async function* picked(
  chunks: AsyncIterable<readonly Row[]>,
  { picks }: Foreseen,
  drops: Drops,
): AsyncGenerator<readonly Row[]> {
  let [at, left] = [0, 0];
  for await (const rows of chunks) {
    const own = rows.filter(() => picks(at++));
    left += rows.length - own.length;
    yield own;
  }
  if (left > 0) drops.count("outside the sample", left);
}

type Dividing = (rows: readonly Row[]) => Promise<readonly Divided[]>;

async function dividedBy(plan: DataPlan, { registry, streamed }: Passing, before: Foreseen | null): Promise<Dividing> {
  if (!streamed) return (rows) => divide(rows, plan, registry);
  const assign = await dividing(plan, registry, before?.splits);
  return (rows) => Promise.resolve(rows.map(assign));
}

/** By column, not by role. */
function shown({ columns }: DataPlan, { values }: Row): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(columns).map(([role, column]) => [
      column,
      role === "answer" && columns["context"] !== undefined
        ? answersText(values["answer"] as readonly Answer[])
        : values[role],
    ]),
  );
}

/** The hash of prepared data: what a model will see of them, not where it lay. The same whether rows are in memory or on disk. */
interface HashedSplit {
  readonly name: string;
  readonly rows: number;
  /** `lineOf` each row, in pieces of any length. */
  readonly lines: Iterable<string> | AsyncIterable<string | Uint8Array>;
}

/** `roles`: sorted. */
async function hashOf(
  roles: readonly string[],
  labels: readonly string[],
  splits: readonly HashedSplit[],
): Promise<string> {
  const hash = sha256().update(JSON.stringify([roles, labels]));
  for (const { name, rows, lines } of splits) {
    hash.update(`\n${JSON.stringify(name)} ${rows}\n`);
    for await (const piece of lines) hash.update(piece);
  }
  return hash.end();
}
