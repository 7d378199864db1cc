/**
 * Rows as they were read to rows that are clean, whole and, where they are held in memory, in their splits: what comes before any
 * is thinned out or repeated.
 */
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { Overlay } from "../annotations/overlay.js";
import type { Lines } from "../annotations/line.js";
import { placeAnswers } from "../rows/answers.js";
import { cleaning, Drops, type Cleaning } from "../rows/cleaning.js";
import { rowName } from "../row/row-names.js";
import type { Row } from "../row/row.js";
import { turn } from "../rows/rows.js";
import { divide, type Divided } from "../rows/splitting.js";
import { Missing } from "./missing.js";

export interface Passing {
  readonly registry: Registry;
  /** Of streamed rows: all of them once more, where a plan must know them before the first goes anywhere. */
  readonly again?: () => AsyncIterable<readonly Row[]>;
  /** Whether rows are divided as they come. */
  readonly streamed: boolean;
  readonly signal?: AbortSignal | undefined;
  /** What people decided about the rows of a plan with annotations; absent: nothing yet. */
  readonly decisions?: Lines | undefined;
}
/**
 * Rows in memory, clean and with their splits, before any is thinned out or repeated: what plans that differ in `thin` alone
 * have in common. Nothing of it is changed by who goes on from it.
 */
export interface Parted {
  /** The first of them, as they are shown. */
  readonly first: readonly Row[];
  readonly divided: readonly Divided[];
  readonly drops: Drops;
  readonly cleaners: Cleaning;
  /** How many were read. */
  readonly read: number;
}

/** Rows that a preview shows. */
export const SAMPLE = 5;

/** Of a plan without annotations. Coded errors: those of `pass` that come before. */
export async function parted(plan: DataPlan, chunks: AsyncIterable<readonly Row[]>, o: Passing): Promise<Parted> {
  const drops = new Drops();
  const read = { rows: 0 };
  const cleaners = await cleaning(plan, o.registry, drops, o);
  const all: Row[] = [];
  for await (const rows of clean(plan, chunks, { cleaners, drops, read, overlay: null }, o))
    for (const row of rows) all.push(row);
  const divided = all.length > 0 ? await divide(all, plan, o.registry) : [];
  return { first: all.slice(0, SAMPLE), divided, drops, cleaners, read: read.rows };
}

/** Chunks of clean rows; a single one of all where they are not streamed. `read` counts what came. */
export async function* clean(
  plan: DataPlan,
  chunks: AsyncIterable<readonly Row[]>,
  {
    cleaners,
    drops,
    read,
    overlay,
  }: {
    readonly cleaners: Cleaning;
    readonly drops: Drops;
    readonly read: { rows: number };
    readonly overlay: Overlay | null;
  },
  { streamed, signal }: Passing,
): AsyncGenerator<readonly Row[]> {
  const missing = new Missing(plan.columns);
  const all: Row[] = [];
  for await (const rows of chunks) {
    await turn(signal);
    read.rows += rows.length;
    const kept = rows.flatMap((given) => {
      const row = overlay ? overlay.read(given) : given;
      if (!row) {
        drops.add("not labelled yet", rowName(given));
        return [];
      }
      const own = cleaners.clean(row);
      const placed = own && placeAnswers(own);
      return missing.look(row, placed ?? null) || !placed ? [] : placed;
    });
    if (streamed) yield kept;
    else for (const row of kept) all.push(row);
  }
  missing.demandNone();
  if (streamed || all.length === 0) return;
  const sampled = evenly(all, plan.sample);
  if (sampled.length < all.length) drops.count("outside the sample", all.length - sampled.length);
  yield sampled;
}

/** `count` rows at equal distances over the data. */
function evenly(rows: readonly Row[], count: number | null): readonly Row[] {
  if (count === null || count >= rows.length) return rows;
  return Array.from({ length: count }, (_, i) => rows[Math.floor(((i + 0.5) * rows.length) / count)]!);
}
