/** What strategies take down of data that were learnt: rows looked at one by one, then their own program. */
import { must } from "#dsl/diagnostics/must.js";
import { chance, shuffle } from "#stdlib/lib/chance.js";
import type { Looks } from "#stdlib/kinds/strategy.js";
import type { Look, LookOf, Strategy } from "#stdlib/programs/options.js";
import { SQUARES } from "#stdlib/programs/strategies.js";
import type { Answers } from "#stdlib/kinds/task.js";
import type { Encoded } from "../../encoding/encoded.js";
import { scalarF32 } from "../../engine/feeds.js";
import { pipelined } from "../../engine/pipelined.js";
import { askRows } from "../../inference/score.js";
import { asTaught, betweenTwo, directed, type LookBatch } from "./looked-rows.js";
import { onlyOf, type LookedRows } from "./only-of.js";
import type { OpenModel } from "../models/open-model.js";

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
  /** Most directions of a row where nobody says how it is looked at. */
  readonly most: number;
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
  const how = o.rows && o.looks ? howOf(o, o.rows, o.looks) : null;
  const look = how && programs.look ? programs.look(ofHow(o, how), how !== "batched") : null;
  await session.add({ takeDown: programs.takeDown, ...(look && { look: look.program }) }, []);
  try {
    const looked = look && how && o.rows ? await lookAt(o, o.rows, how, look) : 0;
    if (looked > 0) await forgetUnseen(o);
    await session.run("takeDown", { rows: scalarF32(looked), first: scalarF32(o.first ? 1 : 0) });
    return looked;
  } finally {
    await session.remove(["takeDown", ...(look ? ["look"] : [])]);
  }
}

/** What is squared of them: rows, or batches. */
async function lookAt(o: TakesDown, all: Encoded, how: How, look: Look): Promise<number> {
  const rows = someOf(all, o.looks?.rows ?? null, o.seed);
  const total = rows.which.length;
  const batchSize = batchOf(o, look, how === "batched");
  const run = ({ feeds, share }: LookBatch) => {
    o.signal?.throwIfAborted();
    const all = look.apart ? feeds : { ...feeds, share: scalarF32(share) };
    // The squared gradients are of the loss without class weights, so these are not fed.
    const asked = Object.entries(all).filter(([name]) => look.program.inputs[name] !== undefined);
    return o.open.session.run("look", Object.fromEntries(asked), ["loss"]);
  };
  const batches = await batchesOf(o, rows.fed, { how, look, batchSize });
  for await (const [{ done }] of pipelined(batches, run)) o.onRows?.(done, total);
  return how === "batched" ? Math.ceil(total / batchSize) : total;
}

async function batchesOf(
  o: TakesDown,
  rows: LookedRows,
  { how, look, batchSize }: { readonly how: How; readonly look: Look; readonly batchSize: number },
): Promise<Iterable<LookBatch>> {
  if (look.of === "loss") return asTaught(rows, o, batchSize);
  if (look.of === "between") return betweenTwo(rows, [...o.labels.seen], { ...o, labels: o.labels.count, batchSize });
  const directing = how === "folded" ? { folded: o.most } : how === "sampled" ? how : "exact";
  const said = await saidOf(o, rows);
  return directed(rows, said, { ...o, how: directing, seen: o.labels.seen, batchSize, pairs: look.of === "pairs" });
}

/** Rows of a pass: as in a batch of the training, as far as what they hold by themselves has room. */
function batchOf({ batchSize }: TakesDown, { apart, held }: Look, whole: boolean): number {
  if (whole) return batchSize;
  return apart ? Math.max(1, Math.min(batchSize, Math.floor(HELD / Math.max(1, held)))) : 1;
}

type How = "exact" | "folded" | "sampled" | "empirical" | "batched";

/** How rows are looked at, whatever the strategy asks for where it doesn't fit. */
function howOf(o: TakesDown, rows: Encoded, looks: Looks): How {
  const several = rows.taught?.oneRight !== undefined && o.answers !== null;
  if (looks.labels === "batched" || looks.labels === "empirical") return looks.labels;
  if (!several) return "empirical";
  return looks.labels ?? (o.labels.seen.size > o.most + 1 ? "folded" : "exact");
}

function ofHow(o: TakesDown, how: How): LookOf {
  if (how === "empirical" || how === "batched") return "loss";
  if (how === "sampled") return "directions";
  return how === "exact" && o.labels.seen.size === 2 ? "between" : "pairs";
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
