/**
 * Rotary positions with standard ops: x · cos + (x with its pairs crossed) · sin. All layers with the same rotation
 * share both tables.
 */
import type { Dimension } from "#dsl/tensor/program.js";
import { ropeAttributes } from "#dsl/tensor/numbers/rope.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowering, Lowerings } from "../lowering.js";

function rope(l: Lowering, node: NodeOf<"rope">): string {
  const { graph } = l;
  const { heads, frequencies, factor, interleaved, inverse } = ropeAttributes(node.attributes);
  const [x, positions] = node.inputs;
  const [batch, length, width] = node.types[0].shape as [Dimension, Dimension, number];
  const [size, pairs] = [width / heads, frequencies.length];
  // Interleaved pairs have equal neighbouring angles; with halves, the angles are repeated.
  const angles = interleaved ? frequencies.flatMap((f) => [f, f]) : [...frequencies, ...frequencies];
  const shared = l.typeOf(positions).shape.length === 1;
  const positionFloats = l.reshape(l.cast(l.full(positions), "f32"), [shared ? 1 : batch, length, 1, 1]);
  const list = graph.constant("f32", [2 * pairs], new Uint8Array(Float32Array.from(angles).buffer));
  const angle = l.op("Mul", [positionFloats, list]);
  const scaled = (t: string): string => (factor === 1 ? t : l.number("Mul", t, factor));
  const sine = scaled(l.op("Sin", [angle]));
  const apart = l.reshape(l.any(x), [batch, length, heads, size]);
  const split = (t: string, axis: number, sizes: readonly number[]): readonly string[] =>
    graph.nodeAll("Split", [t, graph.longs(sizes)], { attributes: { axis: { int: axis } }, outputs: sizes.length });
  const [turned, rest] = 2 * pairs === size ? [apart] : split(apart, 3, [2 * pairs, size - 2 * pairs]);
  const crossed = (): string => {
    const from = interleaved ? l.reshape(turned!, [batch, length, heads, pairs, 2]) : turned!;
    const [axis, each] = interleaved ? [4, 1] : [3, pairs];
    const [a, b] = split(from, axis, [each, each]);
    const joined = l.op("Concat", [l.op("Neg", [b!]), a!], { axis: { int: axis } });
    return interleaved ? l.reshape(joined, [batch, length, heads, 2 * pairs]) : joined;
  };
  const sum = l.op("Add", [
    l.op("Mul", [turned!, scaled(l.op("Cos", [angle]))]),
    l.op("Mul", [crossed(), inverse ? l.op("Neg", [sine]) : sine]),
  ]);
  const whole = rest === undefined ? sum : l.op("Concat", [sum, rest], { axis: { int: 3 } });
  return l.flatten(whole, width);
}

export const portableRopeLowerings = { rope: (l, node) => [() => ({ flat: rope(l, node) })] } satisfies Lowerings;
