/**
 * The chunked head computes logits for one chunk of rows at a time. From them it computes the losses and, if the
 * program needs them, the chunk's parts of dx and dweight, with one kernel for loss and gradient. A control edge delays
 * each chunk until the last is done, so that only one chunk's logits are in memory. Row scales are applied to [rows,
 * n], never to [rows, vocabulary].
 */
import type { Ref } from "#dsl/tensor/program.js";
import { isConstant } from "#dsl/tensor/leaves.js";
import { cachedHeadLossSweep, type HeadLossInputs, type HeadLossGradientRequest } from "../../shared/head.js";
import type { Lowerings, Lowering, TensorflowHeadLossResults } from "../lowering.js";

const sweepOf = cachedHeadLossSweep(sweepThrough);

function sweepThrough(
  l: Lowering,
  head: HeadLossInputs,
  backward: HeadLossGradientRequest | undefined,
): TensorflowHeadLossResults {
  const { graph } = l;
  const { chunks, cap } = head.settings;
  const low = l.dtypeOf(head.x) === "bf16" ? "bf16" : "f32";
  const [vocabulary, n] = l.typeOf(head.weight).shape as [number, number];
  const [x, weight] = [l.full(head.x), l.full(head.weight)];
  const { safe, share } = countedRows(l, head);
  const dy = backward && !backward.late ? unlessOne(l, backward.dy) : undefined;
  const factor = dy === undefined ? share : l.op("Mul", [share, dy]);
  const column = l.reshape(factor, graph.integers([-1, 1]));
  const narrow = (t: string): string => (low === "bf16" ? l.cast(t, "f32", "bf16") : t);
  const wide = (t: string): string => (low === "bf16" ? l.cast(t, "bf16", "f32") : t);

  const size = l.size(l.typeOf(head.x).shape[0]!);
  const all = l.op("AddV2", [size, graph.integer(chunks - 1)], "i32");
  const each = chunks === 1 ? size : l.op("FloorDiv", [all, graph.integer(chunks)], "i32");
  let done: readonly string[] = [];
  const losses: string[] = [];
  const dxs: string[] = [];
  let dweight: string | undefined;
  let dbias: string | undefined;
  for (let chunk = 0; chunk < chunks; chunk++) {
    const start = l.op("Minimum", [l.op("Mul", [each, graph.integer(chunk)], "i32"), size], "i32");
    const end = l.op("Minimum", [l.op("AddV2", [start, each], "i32"), size], "i32");
    const part = (t: string, rank: 1 | 2, type: "f32" | "bf16" | "i32"): string =>
      chunks === 1 ? t : slicedRows(l, t, start, l.op("Sub", [end, start], "i32"), rank, type);
    const rows = afterDone(l, part(x, 2, low), done, low);
    const logits = wide(l.product(rows, weight, { tb: true, type: low }));
    const straight = head.bias ? l.op("AddV2", [logits, wide(l.full(head.bias))]) : logits;
    const bent = cap === undefined ? undefined : l.op("Tanh", [l.op("Mul", [straight, graph.float(1 / cap)])]);
    const headLogits = bent === undefined ? straight : l.op("Mul", [bent, graph.float(cap!)]);
    const both = graph.node("SparseSoftmaxCrossEntropyWithLogits", [headLogits, part(safe, 1, "i32")], {
      T: { type: "f32" },
      Tlabels: { type: "i32" },
    });
    losses.push(both);
    const ends = [both];
    if (backward) {
      const flat = bent && l.op("Sub", [graph.float(1), l.op("Square", [bent])]);
      const sloped = flat === undefined ? `${both}:1` : l.op("Mul", [`${both}:1`, flat]);
      const slope = narrow(sloped);
      const factors = part(column, 2, "f32");
      if (backward.wants[0]) {
        const dx = l.op("Mul", [wide(l.product(slope, weight, { type: low })), factors]);
        dxs.push(dx);
        ends.push(dx);
      }
      if (backward.wants[1]) {
        const scaled = l.op("Mul", [rows, narrow(factors)], low);
        const d = wide(l.product(slope, scaled, { ta: true, type: low }));
        dweight = dweight === undefined ? d : l.op("AddV2", [dweight, d]);
        ends.push(dweight);
      }
      if (backward.wants[2]) {
        const d = l.reshape(l.product(sloped, factors, { ta: true }), graph.integers([vocabulary]));
        dbias = dbias === undefined ? d : l.op("AddV2", [dbias, d]);
        ends.push(dbias);
      }
    }
    done = ends;
  }
  const loss = l.reduce("Sum", l.op("Mul", [joined(l, losses, "f32"), share]), [0], false);
  const dx = dxs.length ? l.reshape(joined(l, dxs, "f32"), graph.integers([-1, n])) : undefined;
  return { loss, gradients: [dx, dweight, dbias], late: backward?.late ? backward.dy : undefined };
}

/**
 * Labels with 0 for ignored rows, and each row's weight in the loss: 0 if ignored, else 1/rows counted (1 for summed
 * losses).
 */
function countedRows(
  l: Lowering,
  { labels, settings }: HeadLossInputs,
): { readonly safe: string; readonly share: string } {
  const { graph } = l;
  const given = l.full(labels);
  const ignore = graph.integer(settings.ignore);
  const counts = graph.node("NotEqual", [given, ignore], {
    T: { type: "i32" },
    incompatible_shape_error: { bool: true },
  });
  const safe = l.op("SelectV2", [counts, given, graph.integer(0)], "i32");
  const weight = l.cast(counts, "bool", "f32");
  if (settings.reduction === "sum") return { safe, share: weight };
  const total = l.op("Maximum", [l.reduce("Sum", weight, [0], false), graph.float(1)]);
  return { safe, share: l.op("RealDiv", [weight, total]) };
}

/** Returns undefined for the constant 1, the usual derivative of a program's loss by itself. */
function unlessOne(l: Lowering, dy: Ref): string | undefined {
  const node = l.nodeOf(dy);
  if (isConstant(node)) {
    const { bytes } = node.attributes.value;
    if (new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true) === 1) return undefined;
  }
  return l.full(dy);
}

/** Takes `size` rows from `start` on. */
function slicedRows(
  l: Lowering,
  t: string,
  start: string,
  size: string,
  rank: 1 | 2,
  type: "f32" | "bf16" | "i32",
): string {
  const { graph } = l;
  const pack = (parts: readonly string[]): string =>
    graph.node("Pack", parts, { N: { int: parts.length }, T: { type: "i32" }, axis: { int: 0 } });
  const begin = pack(rank === 1 ? [start] : [start, graph.integer(0)]);
  const extent = pack(rank === 1 ? [size] : [size, graph.integer(-1)]);
  return graph.node("Slice", [t, begin, extent], { T: { type }, Index: { type: "i32" } });
}

/** Returns the same tensor, delayed until the nodes `done` have run. */
function afterDone(l: Lowering, t: string, done: readonly string[], type: "f32" | "bf16"): string {
  if (done.length === 0) return t;
  return l.graph.node("Identity", [t, ...done.map((name) => `^${name.replace(/:\d+$/, "")}`)], { T: { type } });
}

function joined(l: Lowering, parts: readonly string[], type: "f32"): string {
  if (parts.length === 1) return parts[0]!;
  return l.graph.node("ConcatV2", [...parts, l.graph.integer(0)], {
    N: { int: parts.length },
    T: { type },
    Tidx: { type: "i32" },
  });
}

export const headLowerings = {
  head_loss: (l, node) => [() => ({ full: sweepOf(l, node).loss })],
  head_loss_gradient: (l, node) =>
    [0, 1, 2].map((output) => () => {
      const { gradients, late } = sweepOf(l, node);
      const d = gradients[output]!;
      return { full: late ? l.op("Mul", [d, l.full(late)]) : d };
    }),
} satisfies Lowerings;
