/**
 * The head of a language model and its loss, computed in chunks of rows. One chunk's logits give its losses and
 * gradient parts before the next chunk starts; a gate on each chunk's start ensures this order. Row scales are folded
 * into [rows, n], never into [rows, vocabulary].
 */
import { cachedHeadLossSweep, type HeadLossInputs, type HeadLossGradientRequest } from "../../shared/head.js";
import { scalarDependingOn } from "../gate.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering, OnnxHeadLossResults } from "../lowering.js";

const last = { axis: { int: -1 } };
const sweepOf = cachedHeadLossSweep(sweepThrough);

/** Returns per row its label (0 if ignored) and its share of the loss (0 if ignored); both [m, 1]. */
function countedRows(l: Lowering, head: HeadLossInputs): { readonly label: string; readonly share: string } {
  const labels = l.op("Reshape", [l.full(head.labels), l.graph.longs([-1, 1])]);
  const ignored = l.op("Equal", [labels, l.graph.integer(head.settings.ignore)]);
  const label = l.op("Where", [ignored, l.graph.integer(0), labels]);
  const weight = l.op("Where", [ignored, l.graph.float(0), l.graph.float(1)]);
  if (head.settings.reduction === "sum") return { label, share: weight };
  const total = l.op("Max", [l.reduce("ReduceSum", weight, [0, 1], false), l.graph.float(1)]);
  return { label, share: l.op("Div", [weight, total]) };
}

function sweepThrough(
  l: Lowering,
  head: HeadLossInputs,
  gradient: HeadLossGradientRequest | undefined,
): OnnxHeadLossResults {
  const { graph } = l;
  const wants = gradient?.wants ?? [];
  const { chunks, cap } = head.settings;
  const [vocabulary] = l.typeOf(head.weight).shape as [number, number];
  const [x, weight] = [l.full(head.x), l.full(head.weight)];
  const { label, share } = countedRows(l, head);
  const size = l.size(l.typeOf(head.x).shape[0]!);
  const most = l.op("Add", [size, graph.longs([chunks - 1])]);
  const each = l.op("Div", [most, graph.longs([chunks])]);
  const losses: string[] = [];
  const dxs: string[] = [];
  let dweight: string | undefined;
  let dbias: string | undefined;
  let done: readonly string[] = [];
  for (let chunk = 0; chunk < chunks; chunk++) {
    const waited = done.length ? l.cast(scalarDependingOn(l, graph.float(0), done), "i64") : graph.long(0);
    const start = l.op("Add", [l.op("Mul", [each, graph.longs([chunk])]), waited]);
    const end = l.op("Add", [start, each]);
    const part = (t: string): string => (chunks === 1 ? t : l.op("Slice", [t, start, end, graph.longs([0])]));
    const [rows, labels, factors] = [part(x), part(label), part(share)];
    const straight = l.gemm(rows, weight, head.bias && l.full(head.bias), { tb: true });
    const bent = cap === undefined ? undefined : l.op("Tanh", [l.op("Div", [straight, graph.float(cap)])]);
    const logits = bent === undefined ? straight : l.op("Mul", [bent, graph.float(cap!)]);
    const logs = l.op("LogSoftmax", [logits], last);
    const labelLogs = l.op("GatherElements", [logs, labels], { axis: { int: 1 } });
    losses.push(labelLogs);
    if (wants.some(Boolean)) {
      const minus = l.op("Sub", [l.op("Mul", [factors, graph.float(0)]), graph.float(1)]);
      const above = l.op("ScatterElements", [l.op("Exp", [logs]), labels, minus], {
        axis: { int: 1 },
        reduction: { text: "add" },
      });
      const flat = bent && l.op("Sub", [graph.float(1), l.op("Mul", [bent, bent])]);
      const slope = flat === undefined ? above : l.op("Mul", [above, flat]);
      if (wants[0]) dxs.push(l.op("Mul", [l.gemm(slope, weight), factors]));
      if (wants[1]) dweight = l.gemm(slope, l.op("Mul", [rows, factors]), dweight, { ta: true });
      if (wants[2]) {
        const d = l.reshape(l.gemm(factors, slope, undefined, { ta: true }), [vocabulary]);
        dbias = dbias === undefined ? d : l.op("Add", [dbias, d]);
      }
    }
    const ends = [wants[0] && dxs.at(-1), wants[1] && dweight, wants[2] && dbias].filter((v) => typeof v === "string");
    // A tensor without rows has no element to wait for, but its sum has one.
    done =
      chunk + 1 < chunks
        ? dweight !== undefined
          ? [dweight]
          : dbias !== undefined
            ? [dbias]
            : ends.map((t) => l.reduce("ReduceSum", t, [0, 1], false))
        : [];
  }
  const joined = (parts: readonly string[]): string =>
    parts.length === 1 ? parts[0]! : l.op("Concat", parts, { axis: { int: 0 } });
  return {
    losses: joined(losses),
    share,
    ...(dxs.length && { dx: joined(dxs) }),
    ...(dweight !== undefined && { dweight }),
    ...(dbias !== undefined && { dbias }),
  };
}

const timesDy = (l: Lowering, node: NodeOf<"head_loss_gradient">, t: string): string =>
  l.op("Mul", [t, l.full(node.inputs[3])]);

export const headLossLowerings = {
  head_loss: (l, node) => [
    () => {
      const { losses, share } = sweepOf(l, node);
      return { full: l.op("Neg", [l.reduce("ReduceSum", l.op("Mul", [losses, share]), [0, 1], false)]) };
    },
  ],
  head_loss_gradient: (l, node) =>
    (["dx", "dweight", "dbias"] as const)
      .slice(0, node.types.length)
      .map((name) => () => ({ full: timesDy(l, node, sweepOf(l, node)[name]!) })),
} satisfies Lowerings;
