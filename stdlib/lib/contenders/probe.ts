/**
 * A linear model over the vectors that a frozen base makes of texts. Each number has mean 0 and spread 1 over the rows that are
 * learnt from and a vector about length `scale`, so that the penalty ½|w|² of the linear model holds it the less the greater
 * that is: it is chosen by what is said of every fifth row by a model of the others.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { must } from "#dsl/diagnostics/must.js";
import type { BaseVectors, ContenderGiven, ContenderRows, ReadyContender } from "../../kinds/contender.js";
import type { SparseRows } from "../tfidf/sparse.js";
import { pickedOf, valuesAt, type Values } from "./rows-learnt.js";
import type { LinearModel } from "./linear-labels.js";
import { modelOf } from "./linear-model.js";
import "./codes.js";

/** Rows that are learnt from; of more, so many at equal distances. */
const MOST = 10_000;
const SCALES = [1, 4, 16] as const;
/** Where fewer rows are learnt from, what is said of a fifth of them decides nothing. */
const ENOUGH = 50;
const USUAL = 4;
const HELD = 5;

export async function probe(given: ContenderGiven): Promise<ReadyContender> {
  const begun = performance.now();
  const { train, rows, task, host } = given;
  if (!train || train.count === 0)
    throw new CodedError("no-answer-for-all", { contender: "baseline(probe)", task: task.call.word });
  const base = await host.vectors();
  const picked = pickedOf(train, MOST);
  const features = await featuresOf(base, train, picked.rows);
  const standard = standardOf(features);
  const truth = valuesAt(train, picked.rows);
  const scale = await scaleFor(given, features.map(standard), truth);
  const model = await modelOf(given, denseRows(features.map(standard), scale), truth);
  const width = must(features[0], "a row").length.toLocaleString("en-US");
  return {
    learntIn: (performance.now() - begun) / 1000,
    bytes: base.bytes + model.bytes,
    notes: [`${model.what} over ${width} numbers of each row from the frozen ${base.name}${picked.of}`],
    async ask(asked) {
      const read = denseRows((await featuresOf(base, rows, asked)).map(standard), scale);
      return { said: Array.from(asked, (_, i) => model.said(read, i)) };
    },
  };
}

/** Of two texts: both, how far apart they are, and what they have in common. */
async function featuresOf(
  base: BaseVectors,
  rows: ContenderRows,
  which: ArrayLike<number>,
): Promise<readonly Float64Array[]> {
  const texts = (role: string): string[] | null => {
    const column = rows.values(role);
    return column ? Array.from(which, (row) => String(column.at(row) ?? "")) : null;
  };
  const [first, second] = [texts("text") ?? [], texts("text_pair")];
  const read = await base.read(second ? [...first, ...second] : first);
  return first.map((_, i) => {
    const own = must(read[i], "a vector");
    const other = second ? must(read[first.length + i], "a vector") : null;
    if (!other) return Float64Array.from(own);
    const [apart, common] = [own.map((x, j) => Math.abs(x - other[j]!)), own.map((x, j) => x * other[j]!)];
    return Float64Array.from([...own, ...other, ...apart, ...common]);
  });
}

/** Gives each number mean 0 and spread 1 / √numbers; what is the same in all rows says nothing. */
function standardOf(features: readonly Float64Array[]): (one: Float64Array) => Float64Array {
  const width = must(features[0], "a row").length;
  const [mean, spread] = [new Float64Array(width), new Float64Array(width)];
  for (const one of features) for (let j = 0; j < width; j++) mean[j]! += one[j]! / features.length;
  for (const one of features) for (let j = 0; j < width; j++) spread[j]! += (one[j]! - mean[j]!) ** 2 / features.length;
  const share = spread.map((square) => (square > 1e-12 ? 1 / Math.sqrt(square * width) : 0));
  return (one) => one.map((x, j) => (x - mean[j]!) * share[j]!);
}

function denseRows(rows: readonly Float64Array[], scale: number): SparseRows {
  const columns = rows[0]?.length ?? 0;
  const [at, values] = [new Uint32Array(rows.length * columns), new Float64Array(rows.length * columns)];
  rows.forEach((row, i) => {
    for (let j = 0; j < columns; j++) {
      at[i * columns + j] = j;
      values[i * columns + j] = scale * row[j]!;
    }
  });
  const starts = Uint32Array.from({ length: rows.length + 1 }, (_, i) => i * columns);
  return { count: rows.length, columns, starts, at, values };
}

async function scaleFor(given: ContenderGiven, rows: readonly Float64Array[], truth: Values): Promise<number> {
  if (rows.length < ENOUGH) return USUAL;
  const isHeld = (i: number): boolean => i % HELD === 0;
  const [learnt, held] = [rows.filter((_, i) => !isHeld(i)), rows.filter((_, i) => isHeld(i))];
  const of =
    (wanted: boolean): Values =>
    (role) =>
      truth(role)?.filter((_, i) => isHeld(i) === wanted) ?? null;
  let best: { readonly scale: number; readonly loss: number } | null = null;
  for (const scale of SCALES) {
    const model = await modelOf(given, denseRows(learnt, scale), of(false));
    const loss = lossOf(given, model, denseRows(held, scale), of(true));
    if (!best || loss < best.loss) best = { scale, loss };
  }
  return must(best, "a scale").scale;
}

/** Sum of what rows cost: −ln of the right label's share, of each label's yes or no, or the squared error of a number. */
function lossOf({ labels }: ContenderGiven, model: LinearModel, rows: SparseRows, truth: Values): number {
  const [label, sets, score] = [truth("label"), truth("labels"), truth("score")];
  let sum = 0;
  for (let row = 0; row < rows.count; row++) {
    const said = model.said(rows, row);
    if (label) sum += logSum(said) - (said[labels.indexOf(String(label[row]))] ?? 0);
    else if (sets)
      said.forEach((logit, l) => {
        const is = (sets[row] as readonly string[]).includes(must(labels[l], "a label"));
        sum += Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(0, is ? -logit : logit);
      });
    else sum += (said[0]! - Number(score?.[row])) ** 2;
  }
  return sum;
}
function logSum(logits: Float32Array): number {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return most + Math.log(logits.reduce((sum, one) => sum + Math.exp(one - most), 0));
}
