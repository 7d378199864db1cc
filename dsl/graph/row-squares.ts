/**
 * Squares of what each row of a batch says of a parameter, summed over the rows: Σ_r (∂ loss_r / ∂ parameter)², of a loss that
 * is a sum over rows. One pass serves a whole batch: the gradient of a weight stays apart for each row where a weight meets the
 * rows (a linear layer's is dyᵀ x of the row), is squared, and only then summed.
 */
import { gradientAlong, leadsFrom } from "./gradient.js";
import { isLeaf } from "./leaves.js";
import type { NodeView } from "./op.js";
import type { Dimension, Node, Ref } from "./program.js";
import { gather } from "./ops/gather.js";
import { outer_product } from "./ops/outer_product.js";
import { scatter_rows } from "./ops/scatter_rows.js";
import type { Builder, Tensor } from "./tensor.js";
import type { RowPart } from "./row-part.js";
import { opOf } from "./table.js";

/** A node at which something that all rows share meets the rows. */
interface Meeting {
  readonly index: number;
  /** Of its inputs, those that rows share. */
  readonly shared: readonly number[];
}

export interface RowSquares {
  /** [parameter's shape] for each; undefined where the loss doesn't depend on it. */
  readonly squares: readonly (Tensor | undefined)[];
  /** Numbers that are held for each row of the batch before they are summed. */
  readonly held: number;
}

/** What rows say, and along what it is derived. */
export interface Derived {
  readonly of: Tensor;
  /** The slope of `of`, with its shape; of several slopes for a row, [pairs, ...]. */
  readonly slope: Tensor;
  /** i32 [pairs]: the row that each slope is of. The forward pass is made once for a row, the way back for each pair. Absent: one for each row. */
  readonly pairs?: Tensor;
}

/** Of a loss that is a sum over rows. */
export const ofLoss = (loss: Tensor): Derived => ({ of: loss, slope: loss.graph.number(1, loss.dtype) });

/**
 * Of each of `wrt`. `rows`: the name of the axis that is the first of all that is of rows. Null: something of the graph has no
 * rule (`Op.rowGradient`, `Op.rowPulled`), so that rows must be passed one by one.
 */
export function rowSquares(
  graph: Builder,
  { of, slope, pairs }: Derived,
  wrt: readonly Tensor[],
  rows: Dimension = "batch",
): RowSquares | null {
  const last = of.ref.node;
  const needed = leadsFrom(graph, wrt, last);
  const meetings = meetingsIn(graph.table, needed, rows, last);
  if (!meetings?.every(({ index }) => opOf(graph.table[index]!)?.rowGradient)) return null;
  const nodes = graph.table;
  if (pairs && !nodes.slice(0, last + 1).every((node) => isOfRows(node, rows))) return null;
  const seen = pairs ? pairedBy(pairs, rows) : (t: Tensor): Tensor => t;
  const tensors = meetings.map(({ index }) => graph.tensor({ node: index, output: 0 }));
  const slopes = gradientAlong(graph, [[of, slope]], tensors, seen);
  const parts = new Map<number, RowPart[]>();
  const places = new Map(wrt.map((t, i) => [t.ref.node, i] as const));
  for (const [i, { index, shared }] of meetings.entries()) {
    const dy = slopes[i];
    if (!dy) continue;
    const node = graph.table[index]!;
    const at = node.path === undefined ? undefined : `${node.path}.squares`;
    const told = () => opOf(node)?.rowGradient?.(graph, viewOf(graph, index, seen), dy, shared) ?? [null];
    const found = at === undefined ? told() : graph.at(at, told);
    for (const [i, part] of found.entries()) {
      const ended = part && pulledToParameter(graph, node.inputs[shared[i]!]!, part, (ref) => places.has(ref.node));
      if (!ended) return null;
      for (const { node: parameter, part: own } of ended) {
        const place = places.get(parameter)!;
        parts.set(place, [...(parts.get(place) ?? []), own]);
      }
    }
  }
  const squares = wrt.map((t, i) => squared(t, parts.get(i) ?? []));
  if (squares.some((one) => one === null)) return null;
  return {
    squares: squares.map((one) => one ?? undefined),
    held: wrt.reduce((sum, t, i) => sum + heldOf(t, parts.get(i)), 0),
  };
}

/** Tensors of rows as those of pairs, each made once. */
function pairedBy(pairs: Tensor, rows: Dimension): (t: Tensor) => Tensor {
  const made = new Map<string, Tensor>();
  return (t) => {
    if (t.shape[0] !== rows) return t;
    const key = `${String(t.ref.node)}:${String(t.ref.output)}`;
    const found = made.get(key) ?? t.graph.one(gather, [t, pairs], {});
    made.set(key, found);
    return found;
  };
}

/** Whether rows lie along no axis but the first. */
function isOfRows({ types }: Node, rows: Dimension): boolean {
  return types.every(({ shape }) => shape.lastIndexOf(rows) <= 0);
}

function viewOf(graph: Builder, index: number, seen: (t: Tensor) => Tensor = (t) => t): NodeView {
  const { inputs, types, attributes } = graph.table[index]!;
  return {
    inputs: inputs.map((ref) => seen(graph.tensor(ref))),
    outputs: types.map((_, output) => seen(graph.tensor({ node: index, output }))),
    attributes,
  };
}

/** A part of what lies at `ref` as parts of the parameters that it is made of. Null: it can't be told apart. */
function pulledToParameter(
  graph: Builder,
  ref: Ref,
  part: RowPart,
  isParameter: (ref: Ref) => boolean,
): readonly { readonly node: number; readonly part: RowPart }[] | null {
  const node = graph.table[ref.node]!;
  if (isParameter(ref)) return [{ node: ref.node, part }];
  // None flows on into what doesn't train.
  if (isLeaf(node)) return [];
  const pulled = ref.output === 0 ? opOf(node)?.rowPulled?.(graph, viewOf(graph, ref.node), part) : undefined;
  if (!pulled) return null;
  const found: { node: number; part: RowPart }[] = [];
  for (const [i, own] of pulled.entries()) {
    if (own === undefined) continue;
    const ended = own && pulledToParameter(graph, node.inputs[i]!, own, isParameter);
    if (!ended) return null;
    found.push(...ended);
  }
  return found;
}

/** Null: something that all rows share meets what is no longer told apart by rows. */
function meetingsIn(
  table: readonly Node[],
  needed: ReadonlySet<number>,
  rows: Dimension,
  last: number,
): readonly Meeting[] | null {
  /** Of those that are needed: what all rows share, what is of rows, what comes after. */
  const kinds = new Map<number, "shared" | "row" | "after">();
  const found: Meeting[] = [];
  for (let index = 0; index <= last; index++) {
    if (!needed.has(index)) continue;
    const node = table[index]!;
    const given = node.inputs.map(({ node: from }) => kinds.get(from));
    const shared = given.flatMap((kind, i) => (kind === "shared" ? [i] : []));
    if (isLeaf(node)) kinds.set(index, "shared");
    else if (node.types[0]?.shape[0] === rows) {
      kinds.set(index, "row");
      if (shared.length > 0) found.push({ index, shared });
    } else if (given.some((kind) => kind === "row" || kind === "after")) {
      if (shared.length > 0) return null;
      kinds.set(index, "after");
    } else kinds.set(index, "shared");
  }
  return found;
}

/** Null: parts of several kinds can't be summed row by row. */
function squared(parameter: Tensor, parts: readonly RowPart[]): Tensor | undefined | null {
  const [only, ...others] = parts;
  if (!only) return undefined;
  if (others.length === 0) return squaresOf(parameter, only);
  const whole = parts.map((part) => wholeOf(part));
  if (whole.some((one) => one === null)) return null;
  const sum = whole.reduce((a, b) => (a && b ? a.add(b) : null));
  return sum && sum.square().sum([0]);
}

function squaresOf(parameter: Tensor, part: RowPart): Tensor | null {
  if (part.is === "whole") return part.d.square().sum([0]);
  if (part.is === "rows") return squaresOfRows(parameter, part);
  // A row's own product of two vectors has the squares of both for its squares.
  if (part.d.rank === 2) return part.d.graph.one(outer_product, [part.d.square(), part.x.square()]);
  const sizes = stripesOf(part);
  if (sizes.length === 1) return wholeOf(part)?.square().sum([0]) ?? null;
  const stripes = part.d.split(part.d.rank - 1, sizes);
  return part.d.graph.concat(
    stripes.map((d) => d.matmul(part.x, { transposeA: true }).square().sum([0])),
    0,
  );
}

/** Numbers of a row that are multiplied, squared and summed at a time: of a batch's rows that is what a processor keeps near. */
const NEAR = 32_768;

/** Rows of a matrix that are made at a time, of a product over places. */
function stripesOf({ d, x }: Extract<RowPart, { is: "product" }>): readonly number[] {
  const [out, width] = [d.shape.at(-1), x.shape.at(-1)];
  if (typeof out !== "number" || typeof width !== "number") return [1];
  const each = Math.max(1, Math.floor(NEAR / width));
  return Array.from({ length: Math.ceil(out / each) }, (_, i) => Math.min(each, out - i * each));
}

function heldOf({ shape }: Tensor, parts: readonly RowPart[] = []): number {
  const size = shape.reduce<number>((product, one) => product * (typeof one === "number" ? one : 1), 1);
  const apart = parts.filter(
    (part) => part.is === "whole" || (part.is === "product" && (part.d.rank > 2 || parts.length > 1)),
  );
  const [only, ...others] = apart;
  if (only?.is === "product" && others.length === 0 && parts.length === 1) return Math.min(size, NEAR);
  return apart.length * size;
}

/** [rows, ...parameter's shape]; null: it would be too much. */
function wholeOf(part: RowPart): Tensor | null {
  if (part.is === "whole") return part.d;
  if (part.is === "rows") return null;
  const { d, x } = part;
  if (d.rank === 3) return d.matmul(x, { transposeA: true });
  const [rows = 1, out = 1] = d.shape;
  return d.reshape([rows, out, 1]).matmul(x.reshape([rows, 1, x.shape[1] ?? 1]));
}

/**
 * Rows of a table at `ids`: where one stands several times in a row of the batch its slopes add up before they are squared; each
 * of so many places then gets an equal part of the square.
 */
function squaresOfRows(table: Tensor, { ids, d }: Extract<RowPart, { is: "rows" }>): Tensor | null {
  const lead = ids.shape.slice(0, -1);
  const places = ids.shape.at(-1) ?? 1;
  if (d.rank !== 3 || ids.rank > 2) return null;
  const same = ids
    .reshape([...lead, places, 1])
    .equal(ids.reshape([...lead, 1, places]))
    .cast(d.dtype);
  const each = same
    .matmul(d)
    .square()
    .divide(same.sum([ids.rank], true));
  const summed = ids.rank === 1 ? each.sum([0]) : each;
  return table.graph.one(scatter_rows, [ids, summed], { rows: table.shape[0] ?? 1 });
}
