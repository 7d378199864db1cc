/** What strategies take down of data that were learnt: rows looked at one by one, then their own program. */
import { must } from "#dsl/diagnostics/must.js";
import type { NDArray } from "#dsl/graph/program.js";
import { chance, shuffle } from "#stdlib/lib/chance.js";
import type { Looks } from "#stdlib/kinds/strategy.js";
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
  readonly open: Pick<OpenModel, "learnt" | "session">;
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
  const programs = o.open.learnt();
  if (!programs) return 0;
  const { session } = o.open;
  const { look, takeDown: takes } = programs;
  await session.add({ takeDown: takes, ...(look && { look }) }, []);
  try {
    const looked = look && o.rows && o.looks ? await lookAt(o, o.rows, o.looks) : 0;
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
        const likely = softmax(must(said[row], "what is said of a row"));
        if (labels === "exact") {
          for (const [label, share] of likely.entries())
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
  return total;
}

function labelsOf(o: TakesDown, rows: Encoded, looks: Looks): NonNullable<Looks["labels"]> {
  const several = rows.taught?.oneRight !== undefined && o.answers !== null;
  if (looks.labels === "batched" || looks.labels === "empirical") return looks.labels;
  if (!several) return "empirical";
  return looks.labels ?? (o.answers && labelCount(rows) > FEW ? "sampled" : "exact");
}
const labelCount = ({ taught }: Encoded): number => new Set(taught?.oneRight ?? []).size;

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

function softmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(logits, (one) => Math.exp(one - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((one) => one / sum);
}

function drawnOf(likely: Float64Array, random: ReturnType<typeof chance>): number {
  const at = (random.next() >>> 0) / 2 ** 32;
  let sum = 0;
  for (const [label, share] of likely.entries()) {
    sum += share;
    if (at < sum) return label;
  }
  return likely.length - 1;
}
