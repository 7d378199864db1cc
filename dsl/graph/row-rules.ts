/** How the slope of what all rows share stays apart for each row: at the ops where it meets the rows, and on the way to it. */
import type { Node, Ref } from "./program.js";
import { isLeaf } from "./leaves.js";
import type { Builder, Tensor } from "./tensor.js";

/** A slope, row by row of the batch. */
export type RowPart =
  /** d [rows, ...shape]. */
  | { readonly is: "whole"; readonly d: Tensor }
  /** Of each row Σ over its places d ⊗ x: d [rows, ..., m], x [rows, ..., n] of a matrix [m, n]. */
  | { readonly is: "product"; readonly d: Tensor; readonly x: Tensor }
  /** Rows of a table: d [rows, places, n] at i32 ids [rows, places] or, alike for all, [places]. */
  | { readonly is: "rows"; readonly ids: Tensor; readonly d: Tensor };

export interface AtNode {
  readonly graph: Builder;
  readonly node: Node;
  /** Slope of its first output. */
  readonly dy: Tensor;
  /** Which of its inputs all rows share. */
  readonly shared: readonly number[];
}
/** For each shared input its part; null: there is no rule for it. */
type RowRule = (at: AtNode) => readonly (readonly [input: number, part: RowPart | null])[];

/** d summed over all axes but the first and those that `like`, broadcast to it, has: [rows, ...like]. */
function spread(d: Tensor, like: Tensor): Tensor {
  const missing = d.rank - like.rank;
  const axes = d.shape.flatMap((size, axis) => {
    if (axis === 0) return [];
    return axis < missing || (like.shape[axis - missing] === 1 && size !== 1) ? [axis] : [];
  });
  const summed = axes.length > 0 ? d.sum(axes) : d;
  return summed.reshape([d.shape[0] ?? 1, ...like.shape]);
}

const binary =
  (slope: (i: number, a: Tensor, b: Tensor, dy: Tensor) => Tensor | null): RowRule =>
  ({ graph, node, dy, shared }) => {
    const [a, b] = node.inputs.map((ref) => graph.tensor(ref));
    return shared.map((i) => {
      const own = i === 0 ? a : b;
      const d = a && b && slope(i, a, b, dy);
      // Shared numbers of as many axes as the rows would be rows themselves.
      const fits = own !== undefined && (own.rank < dy.rank || own.shape[0] === 1);
      return [i, d && fits ? { is: "whole", d: spread(d, own) } : null];
    });
  };

function product(d: Tensor, x: Tensor): RowPart | null {
  const fits = d.rank === x.rank && (d.rank === 2 || d.rank === 3) && d.shape[0] === x.shape[0];
  return fits ? { is: "product", d, x } : null;
}
const over = (d: Tensor, like: Tensor | undefined): RowPart | null =>
  like ? { is: "whole", d: spread(d, like) } : null;

const linear: RowRule = ({ graph, node, dy, shared }) => {
  if (node.attributes["activation"] !== undefined) return shared.map((i) => [i, null]);
  const [x, , bias] = node.inputs.map((ref) => graph.tensor(ref));
  return shared.map((i) => {
    if (i === 1 && x) return [i, product(dy, x)];
    return [i, i === 2 ? over(dy, bias) : null];
  });
};

const lowRank: RowRule = ({ graph, node, dy, shared }) => {
  const [x, , a, b, bias] = node.inputs.map((ref) => graph.tensor(ref));
  const scale = Number(node.attributes["scale"]);
  return shared.map((i) => {
    if (!x || !a || !b) return [i, null];
    if (i === 1) return [i, product(dy, x)];
    if (i === 2) return [i, product(dy.linear(b.transpose([1, 0])).multiply(scale), x)];
    if (i === 3) return [i, product(dy.multiply(scale), x.linear(a))];
    return [i, over(dy, bias)];
  });
};

/** [..., 1]: a number for each place, beside what lies along its last axis. */
const beside = (t: Tensor): Tensor => t.reshape([...t.shape, 1]);

const layerNorm: RowRule = ({ graph, node, dy, shared }) => {
  const [x, scale, bias] = node.inputs.map((ref) => graph.tensor(ref));
  const index = graph.table.indexOf(node);
  const [mean, variance] = [1, 2].map((output) => beside(graph.tensor({ node: index, output })));
  return shared.map((i) => {
    if (i === 2) return [i, over(dy, bias)];
    if (i !== 1 || !x || !mean || !variance) return [i, null];
    const normal = x.subtract(mean).multiply(variance.add(Number(node.attributes["epsilon"])).rsqrt());
    return [i, over(dy.multiply(normal), scale)];
  });
};

const rmsNorm: RowRule = ({ graph, node, dy, shared }) => {
  const [x, scale] = node.inputs.map((ref) => graph.tensor(ref));
  const inverse = beside(graph.tensor({ node: graph.table.indexOf(node), output: 1 }));
  return shared.map((i) => [i, i === 1 && x ? over(dy.multiply(x).multiply(inverse), scale) : null]);
};

const gather: RowRule = ({ graph, node, dy, shared }) => {
  const ids = node.inputs[1] && graph.tensor(node.inputs[1]);
  return shared.map((i) => [i, i === 0 && ids && dy.rank === 3 ? rowsAt(node, ids, dy) : null]);
};

/** A row that is `padding` gets no slope. */
function rowsAt({ attributes: { padding } }: Node, ids: Tensor, d: Tensor): RowPart {
  if (typeof padding !== "number") return { is: "rows", ids, d };
  return { is: "rows", ids, d: d.multiply(beside(ids.notEqual(padding).cast(d.dtype))) };
}

/** By the op's name. */
export const ROW_RULES: Readonly<Record<string, RowRule>> = {
  add: binary((_i, _a, _b, dy) => dy),
  subtract: binary((i, _a, _b, dy) => (i === 0 ? dy : dy.negate())),
  multiply: binary((i, a, b, dy) => dy.multiply(i === 0 ? b : a)),
  divide: binary((i, _a, b, dy) => (i === 0 ? dy.divide(b) : null)),
  ...{ linear, low_rank_linear: lowRank, layer_norm: layerNorm, rms_norm: rmsNorm, gather },
};

/**
 * A part of what lies at `ref` as parts of the parameters that it is made of: turned around, laid out otherwise, looked up.
 * Null: it is made in another way.
 */
export function pulledToParameter(
  graph: Builder,
  ref: Ref,
  part: RowPart,
  isParameter: (ref: Ref) => boolean,
): readonly { readonly node: number; readonly part: RowPart }[] | null {
  const node = graph.table[ref.node];
  if (!node) return null;
  if (isParameter(ref)) return [{ node: ref.node, part }];
  // No slope flows on through what is held apart, and into what doesn't train.
  if (node.op === "detach" || isLeaf(node)) return [];
  const [from, by] = node.inputs;
  if (!from) return null;
  const on = (pulled: RowPart | null) => pulled && pulledToParameter(graph, from, pulled, isParameter);
  const shape = graph.tensor(from).shape;
  if (node.op === "transpose") return on(turned(part, node.attributes["order"]));
  if (node.op === "reshape" && part.is === "whole")
    return on({ is: "whole", d: part.d.reshape([part.d.shape[0] ?? 1, ...shape]) });
  if (node.op === "gather" && part.is === "whole" && by && part.d.rank === 3)
    return on(rowsAt(node, graph.tensor(by), part.d));
  if (node.op === "slice") return on(cut(graph, node, part));
  if (node.op === "divide" && part.is === "whole" && by && graph.nodeOf(graph.tensor(by)).op === "detach")
    return on(sameShape(graph, ref, from) ? { is: "whole", d: part.d.divide(graph.tensor(by)) } : null);
  if (node.op === "add" && part.is === "whole" && by) return bothOf(graph, ref, part, isParameter);
  return null;
}

/** Of a sum, where neither side was broadcast but along axes in front. */
function bothOf(
  graph: Builder,
  { node }: Ref,
  part: Extract<RowPart, { is: "whole" }>,
  isParameter: (ref: Ref) => boolean,
) {
  const found = (graph.table[node]?.inputs ?? []).map((ref) => {
    const own = graph.tensor(ref);
    return pulledToParameter(graph, ref, { is: "whole", d: spread(part.d, own) }, isParameter);
  });
  return found.some((one) => one === null) ? null : found.flatMap((one) => one ?? []);
}

/** Rows of a matrix. */
function cut(graph: Builder, { attributes: { axis, start, size } }: Node, part: RowPart): RowPart | null {
  if (part.is !== "whole" || part.d.rank !== 3 || axis !== 0 || typeof start !== "number" || typeof size !== "number")
    return null;
  const at = Int32Array.from({ length: size }, (_, i) => start + i);
  return {
    is: "rows",
    ids: graph.constant({ dtype: "i32", shape: [size], bytes: new Uint8Array(at.buffer) }),
    d: part.d,
  };
}

function turned(part: RowPart, order: unknown): RowPart | null {
  if (!Array.isArray(order)) return null;
  if (part.is === "product") return order.join() === "1,0" ? { is: "product", d: part.x, x: part.d } : null;
  if (part.is === "rows") return null;
  const back = order.map((_, axis) => order.indexOf(axis) + 1);
  return { is: "whole", d: part.d.transpose([0, ...back]) };
}

const sameShape = (graph: Builder, a: Ref, b: Ref): boolean =>
  graph.tensor(a).shape.join() === graph.tensor(b).shape.join();
