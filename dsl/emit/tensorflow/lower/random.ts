/** Dropout's masks by the generator of graph/random.ts, in TensorFlow's integer kernels. */
import { mix, ODD, threshold } from "#dsl/graph/random.js";
import type { Lowerings, Lowering } from "../lowering.js";

export interface Dropping {
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

/** Scaled mask, f32 [rows, columns]: 0 or 1/(1 − rate). Rows and columns are i32 scalars. */
export function keepMask(l: Lowering, a: Dropping, step: string, rows: string, columns: string): string {
  const { graph } = l;
  const { seed, site, rate } = a;
  const stepped = mixed(l, u32(l, l.op("AddV2", [step, graph.integer(mix(seed))], "i32")));
  const key = mixed(l, u32(l, l.op("AddV2", [i32(l, stepped), graph.integer(site)], "i32")));
  const range = (n: string): string =>
    graph.node("Range", [graph.integer(0), n, graph.integer(1)], { Tidx: { type: "i32" } });
  const inverted = graph.node("Invert", [range(columns)], { T: { type: "i32" } });
  const hash = (index: string): string => i32(l, mixed(l, plus(l, mixed(l, u32(l, index)), key)));
  const r = l.reshape(hash(range(rows)), graph.integers([-1, 1]), "i32");
  const scattered = l.op("Mul", [l.op("BitwiseXor", [r, hash(inverted)], "i32"), graph.integer(ODD)], "i32");
  const kept = l.op("GreaterEqual", [scattered, graph.integer(threshold(rate))], "i32");
  return l.op("Mul", [l.cast(kept, "bool", "f32"), graph.float(1 / (1 - rate))]);
}

export const random = {
  dropout: (l, node) => [
    () => {
      const [x, step] = node.inputs;
      const type = node.types[0];
      const mask = (): string => keepMask(l, node.attributes, l.full(step), l.rows(type), l.size(type.shape.at(-1)!));
      const y = l.op("Mul", [l.flat(x), type.shape.length === 1 ? l.reshape(mask(), l.graph.integers([-1])) : mask()]);
      return type.shape.length > 2 ? { flat: y } : { full: y };
    },
  ],
} satisfies Lowerings;
