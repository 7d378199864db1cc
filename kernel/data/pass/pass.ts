/**
 * One pass over chunks of rows: cleans them, checks for missing values, divides them into splits, finds leaks, counts,
 * and passes them to a sink. Rows in memory are one chunk; streamed rows are many, and only a few numbers of each row
 * remain in memory.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { AnnotationOverlay, type AnnotatedRows } from "../annotations/overlay.js";
import { annotationNotes } from "../annotations/notes.js";
import { answersText } from "../rows/answers.js";
import { rowCleaningOf, DroppedRows } from "../rows/cleaning.js";
import { rowNameOf, type DataRow } from "../row/row.js";
import { ROWS_PER_YIELD, yieldToEventLoop } from "../rows/rows.js";
import { assignSplits, rowSplitterOf, orderedSplitNames, type SplitRow } from "../rows/splitting.js";
import type { LocatedAnswer } from "#stdlib/data/answers.js";
import { precomputeSampleSplits, type SampledRowSplits } from "./expected-rows.js";
import { sha256 } from "#platform/digest.js";
import { LabelCounts } from "./labels.js";
import { LeakDetector } from "./leaks.js";
import { cleanRowChunks, PREVIEW_ROWS, type SplitAndCleanedRows, type DataPassOptions } from "./streamed-splits.js";
import { PersonalDataCounter } from "./personal-data-counts.js";
import { StrataCounts } from "./strata.js";
import { thinRows } from "./thin-rows.js";

/** Receives the rows with their split. */
export interface RowSink {
  /** `label`: label number in order of appearance, −1 if the row has none. */
  keep(split: string, row: DataRow, label: number): void;
  /** Called at the end of each chunk. */
  flush?(): void;
  /** Number of rows of a split; 0 if no row is in it. */
  rows(split: string): number;
  /** Returns the rows as serialized by `lineOf`, for the hash. */
  lines(split: string): HashedSplit["lines"];
}
export interface DataPassResult {
  readonly facts: Omit<DataFacts, "audit">;
  readonly labels: readonly string[];
  /** Names of the splits in order, including those without rows. */
  readonly names: readonly string[];
  /** The first rows kept, as shown in a preview. */
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  /** Index of each label in the final order, by its number in order of appearance. */
  readonly order: Int32Array;
  /** Set for plans with annotations. */
  readonly annotated?: AnnotatedRows;
}

/**
 * `from`: rows as read, or the result of `cleanAndSplitRows`. Throws the coded errors of cleaners and splits, and
 * `missing-value`, `answer-not-there`, `no-rows-left`, `split-not-streamed`.
 */
export async function runDataPass(
  plan: DataPlan,
  from: AsyncIterable<readonly DataRow[]> | SplitAndCleanedRows,
  keeper: RowSink,
  options: DataPassOptions,
): Promise<DataPassResult> {
  const known = "divided" in from ? from : null;
  const drops = known?.drops.copy() ?? new DroppedRows();
  const [leaks, labels, strata] = [new LeakDetector(), new LabelCounts(plan.columns), new StrataCounts(plan)];
  const personal = new PersonalDataCounter(plan.columns, await exceptedIn(plan, options));
  const sample: Readonly<Record<string, unknown>>[] = [];
  const found = new Set<string>();
  const read = { rows: known?.read ?? 0 };
  // Repetitions of a row directly follow it.
  let [last, copies]: [DataRow | null, number] = [null, 0];
  const take = ({ row, split, thinned }: SplitRow): void => {
    const copied = row === last;
    last = row;
    const label = labels.look(row, split, copied);
    if (split === null) {
      drops.add(thinned ? "thinned out of the rows that train" : "excluded by the split", rowNameOf(row));
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
  const overlay = await overlayOf(plan, options);
  /** Applies people's decisions, and leaves out the rows they dropped. */
  const decided = (parted: readonly SplitRow[]): readonly SplitRow[] => {
    if (!overlay) return parted;
    return parted.flatMap(({ row, split }) => {
      const placedRow = split === null ? row : overlay.place(row, split);
      if (!placedRow) drops.add("dropped by annotators", rowNameOf(row));
      return placedRow ? { row: placedRow, split } : [];
    });
  };
  const before = await foreseenIn(plan, options);
  const cleaners = known?.cleaners.copy(drops) ?? (await rowCleaningOf(plan, options.registry, drops, options));
  const parts = async function* (): AsyncGenerator<Pick<SplitAndCleanedRows, "first" | "divided">> {
    if ("divided" in from) {
      if (from.divided.length > 0) yield from;
      return;
    }
    const divided = await dividedBy(plan, options, before);
    const cleaned = cleanRowChunks(plan, from, { cleaners, drops, read, overlay }, options);
    for await (const rows of before ? picked(cleaned, before, drops) : cleaned)
      yield { first: rows.slice(0, PREVIEW_ROWS), divided: await divided(rows) };
  };
  for await (const { first, divided } of parts()) {
    for (const row of first.slice(0, PREVIEW_ROWS - sample.length))
      sample.push(shown(plan, overlay?.shown(row) ?? row));
    // Labels are balanced after people's decisions.
    const left = thinRows(decided(divided), plan, options);
    for (const { row, split } of left) if (split !== null) strata.look(row, split);
    for (const [index, one] of cleaners.balanced(left).entries()) {
      if (index % ROWS_PER_YIELD === 0) await yieldToEventLoop(options.signal);
      take(one);
    }
    keeper.flush?.();
  }
  const keptCount = [...found].reduce((sum, split) => sum + keeper.rows(split), 0);
  const people = overlay?.found();
  // An empty result is allowed if rows wait for a label.
  if (keptCount === 0 && !people?.facts.waiting)
    throw new CodedError("no-rows-left", { rowsIn: read.rows, dropped: drops.list() });
  const names = await orderedSplitNames(plan, options.registry, found);
  const labelIndex = labels.found(plan.labels);
  const roles = Object.keys(plan.columns).sort();
  const splits = names.map((name) => ({ name, rows: keeper.rows(name), lines: keeper.lines(name) }));
  const facts: Omit<DataFacts, "audit"> = {
    rowsIn: read.rows,
    kept: keptCount,
    ...(copies > 0 && { copies }),
    dropped: drops.list(),
    ...cleaners.found(),
    splits: Object.fromEntries(
      splits.map(({ name, rows }) => [name, { rows, labels: labelIndex.in(name), lengths: null }]),
    ),
    labels: labelIndex.labels,
    ...leaks.found(names.length),
    hash: await hashOf(roles, labelIndex.labels, splits),
    notes: [...(people ? annotationNotes(people.facts) : []), ...strata.notes()],
    ...personal.found(),
    ...(people && { annotated: people.facts }),
  };
  const { order } = labelIndex;
  return { facts, labels: labelIndex.labels, names, sample, order, ...(people && { annotated: people.annotated }) };
}

/** Returns the texts that cleaners leave unchanged on purpose. */
async function exceptedIn({ clean }: DataPlan, { registry }: DataPassOptions): Promise<readonly string[]> {
  const exceptions = clean.map(
    async (call) => (await implementationOf(registry, "cleaner", call.word)).excepts?.(call) ?? [],
  );
  return (await Promise.all(exceptions)).flat();
}

async function overlayOf(
  plan: DataPlan,
  { registry, streamed, decisions }: DataPassOptions,
): Promise<AnnotationOverlay | null> {
  if (!plan.annotations) return null;
  const looking = await rowCleaningOf(plan, registry, new DroppedRows(), { streamed });
  return new AnnotationOverlay(plan, plan.annotations, decisions ?? { lines: [], unread: [] }, looking);
}

/** Runs the first pass over streamed rows; null if it isn't needed. */
async function foreseenIn(plan: DataPlan, options: DataPassOptions): Promise<SampledRowSplits | null> {
  const { again, registry, streamed } = options;
  if (!streamed || !again) return null;
  const [overlay, cleaners] = [
    await overlayOf(plan, options),
    await rowCleaningOf(plan, registry, new DroppedRows(), { streamed }),
  ];
  return precomputeSampleSplits(plan, registry, () =>
    cleanRowChunks(plan, again(), { cleaners, drops: new DroppedRows(), read: { rows: 0 }, overlay }, options),
  );
}

async function* picked(
  chunks: AsyncIterable<readonly DataRow[]>,
  { picks }: SampledRowSplits,
  drops: DroppedRows,
): AsyncGenerator<readonly DataRow[]> {
  let [rowIndex, left] = [0, 0];
  for await (const rows of chunks) {
    const pickedRows = rows.filter(() => picks(rowIndex++));
    left += rows.length - pickedRows.length;
    yield pickedRows;
  }
  if (left > 0) drops.count("outside the sample", left);
}

type Dividing = (rows: readonly DataRow[]) => Promise<readonly SplitRow[]>;

async function dividedBy(
  plan: DataPlan,
  { registry, streamed }: DataPassOptions,
  before: SampledRowSplits | null,
): Promise<Dividing> {
  if (!streamed) return (rows) => assignSplits(rows, plan, registry);
  const assign = await rowSplitterOf(plan, registry, before?.splits);
  return (rows) => Promise.resolve(rows.map(assign));
}

/** Returns the values by column instead of role. */
function shown({ columns }: DataPlan, { values }: DataRow): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(columns).map(([role, column]) => [
      column,
      role === "answer" && columns["context"] !== undefined
        ? answersText(values["answer"] as readonly LocatedAnswer[])
        : values[role],
    ]),
  );
}

/**
 * Hash of prepared data. It covers the rows that a model will see, not their location, and is the same in memory and on
 * disk.
 */
interface HashedSplit {
  readonly name: string;
  readonly rows: number;
  /** `lineOf` each row, in chunks of any length. */
  readonly lines: Iterable<string> | AsyncIterable<string | Uint8Array>;
}

/** `roles`: sorted names. */
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
