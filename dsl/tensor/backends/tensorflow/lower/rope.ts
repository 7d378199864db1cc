/**
 * Rotary positions. The tables of cosines and sines depend on positions and frequencies alone, so all layers share one
 * pair.
 */
import type { Dimension, Ref } from "#dsl/tensor/program.js";
import { ropeAttributes, type RopeAttributes } from "#dsl/tensor/numbers/rope.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";

/** Concatenates along the last axis. */
function concat(l: Lowering, parts: readonly string[]): string {
  const type = { type: l.graph.typeOf(parts[0]!) };
  return l.graph.node("ConcatV2", [...parts, l.graph.integer(-1)], {
    N: { int: parts.length },
    T: type,
    Tidx: { type: "i32" },
  });
}
/** Slices the last axis of a tensor with four axes. */
function slice(l: Lowering, x: string, start: number, size: number): string {
  const { graph } = l;
  const inputs = [x, graph.integers([0, 0, 0, start]), graph.integers([-1, -1, -1, size])];
  return graph.node("Slice", inputs, { T: { type: graph.typeOf(x) }, Index: { type: "i32" } });
}

/** Rotates neighbouring pairs of x, which has the given shape. */
export type RotatePairs = typeof turnNeighbours;

export interface RopeTables {
  /** [batch or 1, length, 1, pairs], f32. */
  readonly cos: string;
  readonly sin: string;
}
export function ropeTables(l: Lowering, positions: Ref, a: RopeAttributes): RopeTables {
  const { shape } = l.typeOf(positions);
  const [batch, length]: readonly Dimension[] = shape.length === 1 ? [1, ...shape] : shape;
  const positionFloats = l.cast(l.reshape(l.full(positions), l.shape([batch!, length!, 1, 1])), "i32", "f32");
  const list = Float32Array.from(a.frequencies);
  const angle = l.op("Mul", [positionFloats, l.graph.constant("f32", [list.length], new Uint8Array(list.buffer))]);
  const scaled = (x: string): string => (a.factor === 1 ? x : l.op("Mul", [x, l.graph.float(a.factor)]));
  return { cos: scaled(l.op("Cos", [angle])), sin: scaled(l.op("Sin", [angle])) };
}

/** Treats neighbouring pairs as complex numbers, so that one product rotates them. */
function turnNeighbours(l: Lowering, x: string, { cos, sin }: RopeTables, shape: readonly Dimension[]): string {
  const { graph } = l;
  const pairs = l.reshape(l.to(x, "f32"), l.shape([...shape.slice(0, 3), (shape[3] as number) / 2, 2]));
  const complex = graph.node("Bitcast", [pairs], { T: { type: "f32" }, type: { type: "c64" } });
  const turn = graph.node("Complex", [cos, sin], { T: { type: "f32" }, Tout: { type: "c64" } });
  const turned = graph.node("Mul", [complex, turn], { T: { type: "c64" } });
  const back = graph.node("Bitcast", [turned], { T: { type: "c64" }, type: { type: "f32" } });
  return l.to(l.reshape(back, l.shape(shape)), graph.typeOf(x));
}
/** x · (cos, cos) + (second half, first half) · (−sin, sin). */
function turnHalves(l: Lowering, x: string, { cos, sin }: RopeTables, pairs: number): string {
  const swapped = concat(l, [slice(l, x, pairs, pairs), slice(l, x, 0, pairs)]);
  const as = (table: string): string => l.to(table, l.graph.typeOf(x));
  const straight = l.op("Mul", [x, as(concat(l, [cos, cos]))]);
  return l.op("AddV2", [straight, l.op("Mul", [swapped, as(concat(l, [l.op("Neg", [sin]), sin]))])]);
}

export function lowerRope(l: Lowering, node: NodeOf<"rope">, turnPairs: RotatePairs = turnNeighbours): string {
  const a = ropeAttributes(node.attributes);
  const [x, positions] = node.inputs;
  const [batch, length, width] = node.types[0].shape as [Dimension, Dimension, number];
  const size = width / a.heads;
  const turns = 2 * a.frequencies.length;
  const { cos, sin } = ropeTables(l, positions, a);
  const table = { cos, sin: a.inverse ? l.op("Neg", [sin]) : sin };
  const heads = l.reshape(l.prefersFlat(x) ? l.flat(x) : l.full(x), l.shape([batch, length, a.heads, size]));
  const part = turns === size ? heads : slice(l, heads, 0, turns);
  const turned = a.interleaved
    ? turnPairs(l, part, table, [batch, length, a.heads, turns])
    : turnHalves(l, part, table, a.frequencies.length);
  const whole = turns === size ? turned : concat(l, [turned, slice(l, heads, turns, size - turns)]);
  return l.reshape(whole, l.graph.integers([-1, width]));
}

export const ropeLowerings = {
  rope: (l, node) => [() => ({ flat: lowerRope(l, node) })],
} satisfies Lowerings;
