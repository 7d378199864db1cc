/** Dropout masks from the generator in tensor/numbers/random.ts, with TensorFlow's integer kernels. */
import { mixBits, HASH_INCREMENT, dropoutThreshold } from "#dsl/tensor/numbers/random.js";
import type { Lowerings, Lowering } from "../lowering.js";

export interface DropoutAttributes {
  readonly rate: number;
  readonly seed: number;
  readonly site: number;
}

/** murmur3's finalizer over u32 tensors (right shifts must be logical). */
function mixed(l: Lowering, x: string): string {
  const number = (value: number): string =>
    l.graph.constant("u32", [], new Uint8Array(Uint32Array.of(value >>> 0).buffer));
  const fold = (h: string, by: number): string =>
    l.op("BitwiseXor", [h, l.op("RightShift", [h, number(by)], "u32")], "u32");
  let h = l.op("Mul", [fold(x, 16), number(0x85ebca6b)], "u32");
  h = l.op("Mul", [fold(h, 13), number(0xc2b2ae35)], "u32");
  return fold(h, 16);
}
const u32 = (l: Lowering, x: string): string =>
  l.graph.node("Bitcast", [x], { T: { type: "i32" }, type: { type: "u32" } });
const i32 = (l: Lowering, x: string): string =>
  l.graph.node("Bitcast", [x], { T: { type: "u32" }, type: { type: "i32" } });
const plus = (l: Lowering, a: string, b: string): string => u32(l, l.op("AddV2", [i32(l, a), i32(l, b)], "i32"));

/** Range 0, 1, 2, … below a size, i32. */
export function rangeUpTo(l: Lowering, n: string): string {
  const { graph } = l;
  return graph.node("Range", [graph.integer(0), n, graph.integer(1)], { Tidx: { type: "i32" } });
}

/**
 * Scaled mask, f32 [groups, rows of a group, columns]: 0 or 1/(1 − rate). `step`: one number per group. `rows`: the row
 * numbers to hash, i32 [rows of a group]. `columns`: an i32 scalar.
 */
export function dropoutKeepMask(
  l: Lowering,
  a: DropoutAttributes,
  step: string,
  rows: string,
  columns: string,
): string {
  const { graph } = l;
  const { seed, site, rate } = a;
  const shaped = (x: string, shape: readonly number[]): string => l.reshape(x, graph.integers(shape), "i32");
  const stepped = mixed(l, u32(l, l.op("AddV2", [shaped(step, [-1, 1]), graph.integer(mixBits(seed))], "i32")));
  const key = mixed(l, u32(l, l.op("AddV2", [i32(l, stepped), graph.integer(site)], "i32")));
  const hash = (index: string): string => i32(l, mixed(l, plus(l, mixed(l, u32(l, index)), key)));
  const axis = (x: string, axisIndex: number): string =>
    graph.node("ExpandDims", [x, graph.integer(axisIndex)], { T: { type: "i32" }, Tdim: { type: "i32" } });
  const r = axis(hash(rows), 2);
  const c = axis(hash(graph.node("Invert", [rangeUpTo(l, columns)], { T: { type: "i32" } })), 1);
  const scattered = l.op("Mul", [l.op("BitwiseXor", [r, c], "i32"), graph.integer(HASH_INCREMENT)], "i32");
  const keep = l.op("GreaterEqual", [scattered, graph.integer(dropoutThreshold(rate))], "i32");
  return l.op("Mul", [l.cast(keep, "bool", "f32"), graph.float(1 / (1 - rate))]);
}

export const randomLowerings = {
  dropout: (l, node) => [
    () => {
      const [x, step] = node.inputs;
      const type = node.types[0];
      const rowType = l.typeOf(step).shape.length ? { ...type, shape: type.shape.slice(1) } : type;
      const columns = type.shape.at(-1)!;
      const mask = dropoutKeepMask(l, node.attributes, l.full(step), rangeUpTo(l, l.rows(rowType)), l.size(columns));
      const fitting = type.shape.length === 1 ? l.reshape(mask, l.graph.integers([-1])) : l.flatten(mask, columns);
      const y = l.op("Mul", [l.flat(x), fitting]);
      return type.shape.length > 2 ? { flat: y } : { full: y };
    },
  ],
} satisfies Lowerings;
