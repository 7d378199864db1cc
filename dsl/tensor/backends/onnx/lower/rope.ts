/**
 * Rotary positions with the runtime's own kernel. It looks up cosines and sines by position: the tables have a row for
 * each token of the batch, so the position ids number these rows. All layers share one pair of tables.
 */
import type { Dimension } from "#dsl/tensor/program.js";
import { ropeAttributes } from "#dsl/tensor/numbers/rope.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";

function rope(l: Lowering, node: NodeOf<"rope">): string {
  const { graph } = l;
  const { heads, frequencies, factor, interleaved, inverse } = ropeAttributes(node.attributes);
  const [x, positions] = node.inputs;
  const [batch, length, width] = node.types[0].shape as [Dimension, Dimension, number];
  const shared = l.typeOf(positions).shape.length === 1;
  const list = graph.constant("f32", [frequencies.length], new Uint8Array(Float32Array.from(frequencies).buffer));
  const positionFloats = l.op("Reshape", [l.cast(l.full(positions), "f32"), graph.longs([-1, 1])]);
  const angle = l.op("Mul", [positionFloats, list]);
  const scaled = (t: string): string => (factor === 1 ? t : l.number("Mul", t, factor));
  const sine = scaled(l.op("Sin", [angle]));
  const places = l.op("Reshape", [
    shared ? l.range(length, "i64") : count(l, [batch, length]),
    l.exact([shared ? 1 : batch, length]),
  ]);
  const rows = shared ? l.op("Expand", [places, l.exact([batch, length])]) : places;
  return l.contrib(
    "RotaryEmbedding",
    [l.full(x), rows, scaled(l.op("Cos", [angle])), inverse ? l.op("Neg", [sine]) : sine],
    {
      interleaved: { int: interleaved ? 1 : 0 },
      num_heads: { int: heads },
      rotary_embedding_dim: { int: 2 * frequencies.length === width / heads ? 0 : 2 * frequencies.length },
    },
  );
}
/** Returns 0, 1, 2, … below the product of the sizes, i64. */
function count(l: Lowering, sizes: readonly Dimension[]): string {
  const end = l.op("Reshape", [l.product(sizes), l.graph.longs([])]);
  return l.op("Range", [l.graph.long(0), end, l.graph.long(1)]);
}

export const ropeLowerings = {
  rope: (l, node) => [() => ({ full: rope(l, node) })],
} satisfies Lowerings;
