/**
 * Dropout masks with the generator of tensor/numbers/random.ts, in integer kernels: i32 products wrap, shifts are done
 * as u32.
 */
import type { Dimension } from "#dsl/tensor/program.js";
import { mixBits, HASH_INCREMENT, dropoutThreshold } from "#dsl/tensor/numbers/random.js";
import type { Lowerings, Lowering } from "../lowering.js";

export interface DropoutAttributes {
  readonly rate: number;
  readonly seed: number;
  readonly site: number;
}

/** Applies murmur3's finalizer to i32 tensors; right shifts are logical. */
function mixed(l: Lowering, x: string): string {
  const { graph } = l;
  const by = (n: number): string => graph.constant("u32", [], new Uint8Array(Uint32Array.of(n).buffer));
  const fold = (h: string, n: number): string => {
    const shifted = l.op("BitShift", [l.cast(h, "u32"), by(n)], { direction: { text: "RIGHT" } });
    return l.op("BitwiseXor", [h, l.cast(shifted, "i32")]);
  };
  let h = l.op("Mul", [fold(x, 16), graph.integer(0x85ebca6b | 0)]);
  h = l.op("Mul", [fold(h, 13), graph.integer(0xc2b2ae35 | 0)]);
  return fold(h, 16);
}

/** Returns 0, 1, 2, … below the product of sizes, i32. */
export function rangeUpTo(l: Lowering, sizes: readonly Dimension[]): string {
  const { graph } = l;
  const count = l.cast(l.op("Reshape", [l.product(sizes), graph.longs([])]), "i32");
  return l.op("Range", [graph.integer(0), count, graph.integer(1)]);
}

/**
 * Returns the scaled mask, f32 [groups, rows of a group, columns]: 0 or 1/(1 − rate). `step`: a number per group.
 * `rows`: the row numbers for the generator, i32 [rows of a group].
 */
export function scaledDropoutMask(
  l: Lowering,
  a: DropoutAttributes,
  step: string,
  rows: string,
  columns: Dimension,
): string {
  const { graph } = l;
  const { seed, site, rate } = a;
  const stepColumn = l.op("Reshape", [step, graph.longs([-1, 1])]);
  const stepped = mixed(l, l.op("Add", [stepColumn, graph.integer(mixBits(seed))]));
  const key = mixed(l, l.op("Add", [stepped, graph.integer(site)]));
  const hash = (index: string): string => mixed(l, l.op("Add", [mixed(l, index), key]));
  const r = l.op("Unsqueeze", [hash(rows), graph.longs([2])]);
  const c = l.op("Unsqueeze", [hash(l.op("BitwiseNot", [l.range(columns)])), graph.longs([1])]);
  const crossed = l.op("BitwiseXor", [r, c]);
  const scattered = l.op("Mul", [crossed, graph.integer(HASH_INCREMENT)]);
  const dropped = l.op("Less", [scattered, graph.integer(dropoutThreshold(rate))]);
  return l.op("Where", [dropped, graph.float(0), graph.float(1 / (1 - rate))]);
}

export const dropoutLowerings = {
  dropout: (l, node) => [
    () => {
      const [x, step] = node.inputs;
      const type = node.types[0];
      const rowShape = type.shape.slice(l.typeOf(step).shape.length ? 1 : 0, -1);
      const columns = type.shape.at(-1)!;
      const mask = scaledDropoutMask(l, node.attributes, l.full(step), rangeUpTo(l, rowShape), columns);
      const fits = type.shape.length === 1 ? l.reshape(mask, type.shape) : l.flatten(mask, columns);
      return l.fromFlat(type, l.op("Mul", [l.flat(x), fits]));
    },
  ],
} satisfies Lowerings;
