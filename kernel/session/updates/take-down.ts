/** What strategies take down of data that were learnt: rows looked at one by one, then their own program. */
import { must } from "#dsl/diagnostics/must.js";
import type { NDArray } from "#dsl/graph/program.js";
import { chance, shuffle } from "#stdlib/lib/chance.js";
import type { Looks } from "#stdlib/kinds/strategy.js";
import type { Strategy } from "#stdlib/programs/options.js";
import { SQUARES } from "#stdlib/programs/strategies.js";
import type { Answers } from "#stdlib/kinds/task.js";
import { DataLoader } from "../../core/data/loader.js";
import type { Encoded } from "../../encoding/encoded.js";
import { scalarF32 } from "../../engine/feeds.js";
import { pipelined } from "../../engine/pipelined.js";
import { askRows } from "../../inference/score.js";
import type { OpenModel } from "../models/open-model.js";

/** Labels up to which all are derived where nobody says. */
const FEW = 10;
/** A label that is less likely adds nothing that f32 would keep. */
const UNLIKELY = 1e-12;

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
  const { look, takeDown: takes } = programs;
  await session.add({ takeDown: takes, ...(look && { look }) }, []);
  try {
    const looked = look && o.rows && o.looks ? await lookAt(o, o.rows, o.looks) : 0;
    if (looked > 0) await forgetUnseen(o);
    await session.run("takeDown", { rows: scalarF32(looked), first: scalarF32(o.first ? 1 : 0) });
    return looked;
  } finally {
    await session.remove(["takeDown", ...(look ? ["look"] : [])]);
  }
}

/** What a row is looked at with: its feeds, and what its squares count. */
interface Look {
  readonly feeds: Readonly<Record<string, NDArray>>;
  readonly share: number;
}

async function lookAt(o: TakesDown, all: Encoded, looks: Looks): Promise<number> {
  const rows = someOf(all, looks.rows ?? null, o.seed);
  const labels = labelsOf(o, all, looks);
  const batchSize = labels === "batched" ? o.batchSize : 1;
  const loader = new DataLoader(rows.fed, {
    ...{ batchSize, accumulate: 1, packed: null, shuffle: "none", seed: o.seed, padId: o.padId },
  });
  const total = Math.ceil(rows.which.length / batchSize);
  const said = labels === "exact" || labels === "sampled" ? await saidOf(o, rows.fed) : null;
  const random = chance(o.seed, 43);
  function* each(): Generator<Look> {
    let row = 0;
    for (const { feeds } of loader.pass()) {
      o.onRows?.(row, total);
      if (!said) yield { feeds, share: labels === "batched" ? 1 / batchOf(feeds) ** 2 : 1 };
      else {
        const likely = likelyOf(must(said[row], "what is said of a row"), o.labels.seen);
        if (labels === "exact") {
          for (const [label, share] of likely)
            if (share > UNLIKELY) yield { feeds: { ...feeds, labels: labelled(feeds, label) }, share };
        } else yield { feeds: { ...feeds, labels: labelled(feeds, drawnOf(likely, random)) }, share: 1 };
      }
      row += 1;
    }
  }
  const run = ({ feeds, share }: Look) => {
    o.signal?.throwIfAborted();
    return o.open.session.run("look", { ...feeds, share: scalarF32(share) }, ["loss"]);
  };
  for await (const done of pipelined(each(), run)) void done;
  o.onRows?.(total, total);
  return total;
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
  const which = most === null || most >= all ? order : shuffle(order, chance(seed, 42)).slice(0, most).sort();
  const at = (of: Encoded["ids"]) => ({ length: which.length, at: (row: number) => of.at(which[row] ?? -1) });
  const { taught } = rows;
  const fed = {
    ...rows,
    ids: at(rows.ids),
    lengths: Int32Array.from(which, (row) => rows.lengths[row] ?? 0),
    ...(rows.types && { types: at(rows.types) }),
    taught: taught && {
      ...taught,
      counts: (batch: Parameters<typeof taught.counts>[0]) =>
        taught.counts({ ...batch, rows: Array.from(batch.rows, (row) => which[row] ?? 0) }),
      feeds: (batch: Parameters<typeof taught.feeds>[0], ids: Int32Array) =>
        taught.feeds({ ...batch, rows: Array.from(batch.rows, (row) => which[row] ?? 0) }, ids),
    },
  };
  return { which, fed };
}

function saidOf(o: TakesDown, rows: Pick<Encoded, "ids" | "lengths" | "types" | "asked">) {
  const { batchSize, padId, signal } = o;
  const answers = must(o.answers, "answers of a task with labels");
  return askRows(o.open.session, rows, answers, { batchSize, padId, ...(signal && { signal }) });
}

const batchOf = (feeds: Look["feeds"]): number => must(feeds["input_ids"], "input_ids").shape[0] ?? 1;

function labelled(feeds: Look["feeds"], label: number): NDArray {
  const own = must(feeds["labels"], "labels");
  return { ...own, bytes: new Uint8Array(Int32Array.of(label).buffer) };
}

/** Of the labels that were seen, how likely each is among them. */
function likelyOf(logits: Float32Array, seen: ReadonlySet<number>): ReadonlyMap<number, number> {
  const some = [...logits.keys()].filter((label) => seen.has(label));
  const most = some.reduce((a, label) => Math.max(a, logits[label] ?? 0), -Infinity);
  const powers = some.map((label) => Math.exp((logits[label] ?? 0) - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return new Map(some.map((label, i) => [label, (powers[i] ?? 0) / sum]));
}

function drawnOf(likely: ReadonlyMap<number, number>, random: ReturnType<typeof chance>): number {
  const at = (random.next() >>> 0) / 2 ** 32;
  let sum = 0;
  let last = 0;
  for (const [label, share] of likely) {
    sum += share;
    last = label;
    if (at < sum) return label;
  }
  return last;
}
