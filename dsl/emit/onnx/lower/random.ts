/** Dropout's masks by the generator of graph/random.ts, in integer kernels: i32 products wrap, shifts are done as u32. */
import type { Dimension } from "#dsl/graph/program.js";
import { mix, ODD, threshold } from "#dsl/graph/random.js";
import type { Lowerings, Lowering } from "../lowering.js";

export interface Dropping {
  readonly rate: number;
  readonly seed: number;
  readonly site: number;
}

/** murmur3's finalizer over i32 tensors; right shifts are logical. */
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

/** Scaled mask, f32 [rows, columns]: 0 or 1/(1 − rate). `leading`: the sizes whose product is the rows. */
export function keepMask(
  l: Lowering,
  a: Dropping,
  step: string,
  leading: readonly Dimension[],
  columns: Dimension,
): string {
  const { graph } = l;
  const { seed, site, rate } = a;
  const stepped = mixed(l, l.op("Add", [step, graph.integer(mix(seed))]));
  const key = mixed(l, l.op("Add", [stepped, graph.integer(site)]));
  const hash = (index: string): string => mixed(l, l.op("Add", [mixed(l, index), key]));
  const rows = l.cast(l.op("Reshape", [l.product(leading), graph.longs([])]), "i32");
  const r = hash(l.op("Range", [graph.integer(0), rows, graph.integer(1)]));
  const c = hash(l.op("BitwiseNot", [l.range(columns)]));
  const crossed = l.op("BitwiseXor", [l.op("Reshape", [r, graph.longs([-1, 1])]), c]);
  const scattered = l.op("Mul", [crossed, graph.integer(ODD)]);
  const dropped = l.op("Less", [scattered, graph.integer(threshold(rate))]);
  return l.op("Where", [dropped, graph.float(0), graph.float(1 / (1 - rate))]);
}

export const random = {
  dropout: (l, node) => [
    () => {
      const [x, step] = node.inputs;
      const type = node.types[0];
      const mask = keepMask(l, node.attributes, l.full(step), type.shape.slice(0, -1), type.shape.at(-1)!);
      const fits = type.shape.length === 1 ? l.reshape(mask, type.shape) : mask;
      return l.fromFlat(type, l.op("Mul", [l.flat(x), fits]));
    },
  ],
} satisfies Lowerings;
