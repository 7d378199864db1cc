/** What strategies take down of data that were learnt: rows looked at one by one, then their own program. */
import { must } from "#dsl/diagnostics/must.js";
import { chance, shuffle } from "#stdlib/lib/chance.js";
import type { Looks } from "#stdlib/kinds/strategy.js";
import type { Look, Strategy } from "#stdlib/programs/options.js";
import { SQUARES } from "#stdlib/programs/strategies.js";
import type { Answers } from "#stdlib/kinds/task.js";
import type { Encoded } from "../../encoding/encoded.js";
import { scalarF32 } from "../../engine/feeds.js";
import { pipelined } from "../../engine/pipelined.js";
import { askRows } from "../../inference/score.js";
import { asTaught, directed, type LookBatch } from "./looked-rows.js";
import { onlyOf } from "./only-of.js";
import type { OpenModel } from "../models/open-model.js";

/** Labels up to which all are derived where nobody says. */
const FEW = 3;
/** Bytes that the rows of one pass may hold by themselves, beside what a batch takes. */
const HELD = 512 * 2 ** 20;

export interface TakesDown {
  readonly open: Pick<OpenModel, "learnt" | "session" | "head">;
  /** Those that take something down. */
  readonly strategies: readonly Strategy[];
  /** Labels of the model, and those of them that rows had until then: of others nothing was learnt that could be held. */
  readonly labels: { readonly count: number; readonly seen: ReadonlySet<number> };
  /** Rows that were learnt; null: they can't be read any more. */
  readonly rows: Encoded | null;
  /** How they are answered, where a row has one label. */
  readonly answers: Answers | null;
  readonly looks: Looks | null;
  readonly batchSize: number;
  readonly padId: number;
  readonly seed: number;
  /** They were learnt before the first data set. */
  readonly first: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onRows?: (done: number, of: number) => void;
}

/** Rows that were looked at. */
export async function takeDown(o: TakesDown): Promise<number> {
  const programs = o.open.learnt(o.strategies);
  if (!programs) return 0;
  const { session } = o.open;
  const labels = o.rows && o.looks ? labelsOf(o, o.rows, o.looks) : null;
  const of = labels === "exact" || labels === "sampled" ? "directions" : "loss";
  const look = labels && programs.look ? programs.look(of, labels !== "batched") : null;
  await session.add({ takeDown: programs.takeDown, ...(look && { look: look.program }) }, []);
  try {
    const looked = look && labels && o.rows ? await lookAt(o, o.rows, labels, look) : 0;
    if (looked > 0) await forgetUnseen(o);
    await session.run("takeDown", { rows: scalarF32(looked), first: scalarF32(o.first ? 1 : 0) });
    return looked;
  } finally {
    await session.remove(["takeDown", ...(look ? ["look"] : [])]);
  }
}

/** What is squared of them: rows, or batches. */
async function lookAt(o: TakesDown, all: Encoded, labels: NonNullable<Looks["labels"]>, look: Look): Promise<number> {
  const rows = someOf(all, o.looks?.rows ?? null, o.seed);
  const total = rows.which.length;
  const batchSize = batchOf(o, look, labels === "batched");
  const batches =
    labels === "exact" || labels === "sampled"
      ? directed(rows.fed, await saidOf(o, rows.fed), { ...o, how: labels, seen: o.labels.seen, batchSize })
      : asTaught(rows.fed, o, batchSize);
  const run = ({ feeds, share }: LookBatch) => {
    o.signal?.throwIfAborted();
    return o.open.session.run("look", look.apart ? feeds : { ...feeds, share: scalarF32(share) }, ["loss"]);
  };
  for await (const [{ done }] of pipelined(batches, run)) o.onRows?.(done, total);
  return labels === "batched" ? Math.ceil(total / batchSize) : total;
}

/** Rows of a pass: as in a batch of the training, as far as what they hold by themselves has room. */
function batchOf({ batchSize }: TakesDown, { apart, held }: Look, whole: boolean): number {
  if (whole) return batchSize;
  return apart ? Math.max(1, Math.min(batchSize, Math.floor(HELD / Math.max(1, held)))) : 1;
}

function labelsOf(o: TakesDown, rows: Encoded, looks: Looks): NonNullable<Looks["labels"]> {
  const several = rows.taught?.oneRight !== undefined && o.answers !== null;
  if (looks.labels === "batched" || looks.labels === "empirical") return looks.labels;
  if (!several) return "empirical";
  return looks.labels ?? (o.labels.seen.size > FEW ? "sampled" : "exact");
}

/** Squares of rows of the head that no row taught anything. */
async function forgetUnseen({ open: { session, head }, labels: { count, seen } }: TakesDown): Promise<void> {
  for (const name of seen.size < count ? head : []) {
    const squares = await session.read(SQUARES + name);
    if (squares.shape[0] !== count) continue;
    const bytes = new Uint8Array(squares.bytes);
    const width = bytes.byteLength / count;
    for (let label = 0; label < count; label++) if (!seen.has(label)) bytes.fill(0, label * width, (label + 1) * width);
    await session.write(SQUARES + name, { ...squares, bytes });
  }
}

/** At most so many rows, drawn by the seed. */
function someOf(rows: Encoded, most: number | null, seed: number) {
  const all = rows.lengths.length;
  const order = Uint32Array.from({ length: all }, (_, i) => i);
  if (most === null || most >= all) return { which: order, fed: rows };
  const which = shuffle(order, chance(seed, 42)).slice(0, most).sort();
  return { which, fed: onlyOf(rows, which) };
}

function saidOf(o: TakesDown, rows: Pick<Encoded, "ids" | "lengths" | "types" | "asked">) {
  const { batchSize, padId, signal } = o;
  const answers = must(o.answers, "answers of a task with labels");
  return askRows(o.open.session, rows, answers, { batchSize, padId, ...(signal && { signal }) });
}
