/**
 * Converts weights stored in fewer bits to f32. The runtime orders only by data flow, and would convert what depends
 * only on weights once, for the entire step. Therefore the codes are reshaped by a size that is known only after the
 * node's dependency.
 */
import { blockQuantizationOf } from "#dsl/tensor/ops/dequantize_blocks.js";
import type { Node } from "#dsl/tensor/program.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";

/** Returns a tensor of known sizes that is available only after the node's dependency. */
export function tensorAfter(l: Lowering, node: Node, tensor: string, shape: readonly number[]): string {
  const [awaited] = node.after ?? [];
  if (awaited === undefined) return tensor;
  const some = l.any({ node: awaited, output: 0 });
  const rank = l.typeOf({ node: awaited, output: 0 }).shape.length;
  if (rank === 0) return tensor;
  const size = l.op("Shape", [some], { start: { int: 0 }, end: { int: 1 } });
  return l.op("Reshape", [tensor, l.op("Add", [l.graph.longs(shape), l.op("Sub", [size, size])])]);
}

export const storageLowerings = {
  dequantize: (l, node) => [
    () => {
      const [codes, scales] = node.inputs;
      const shape = node.types[0].shape as readonly number[];
      const axis = { int: node.attributes.axis };
      return { full: l.op("DequantizeLinear", [tensorAfter(l, node, l.full(codes), shape), l.full(scales)], { axis }) };
    },
  ],
  // One lookup per byte: a byte with two codes gives two numbers.
  dequantize_blocks: (l, node) => [
    () => {
      const { graph } = l;
      const { levels, bits, block, shape, count, padded } = blockQuantizationOf(node.attributes);
      const pairs = bits === 8 ? levels : levels.flatMap((high) => levels.flatMap((low) => [high, low]));
      const table = tableOf(l, pairs, [256, 8 / bits]);
      const [codes, scales] = node.inputs;
      const places = l.cast(tensorAfter(l, node, l.full(codes), [(padded * bits) / 8]), "i32");
      const rows = l.op("Reshape", [l.op("Gather", [table, places]), graph.longs([-1, block])]);
      const scaled = l.op("Mul", [rows, l.op("Reshape", [l.full(scales), graph.longs([-1, 1])])]);
      if (count === padded) return { full: l.op("Reshape", [scaled, graph.longs(shape)]) };
      const trimmed = l.slice(l.op("Reshape", [scaled, graph.longs([-1])]), 0, 0, count);
      return { full: l.op("Reshape", [trimmed, graph.longs(shape)]) };
    },
  ],
} satisfies Lowerings;

/** bf16 arrives as 16 bits, which the runtime's CPU kernels look up in a table of f32 numbers. */
export function fromBf16(l: Lowering, node: NodeOf<"cast">, halves: string): string {
  const floats = Uint32Array.from({ length: 65536 }, (_, half) => half << 16);
  const { shape } = node.types[0];
  const known = shape.every((d) => typeof d === "number");
  const places = l.cast(known ? tensorAfter(l, node, halves, shape as readonly number[]) : halves, "i32");
  return l.op("Gather", [tableOf(l, new Float32Array(floats.buffer), [65536]), places]);
}

/** Made once per graph and per number of levels, since a table is as large as its levels are many. */
function tableOf({ graph, tables }: Lowering, levels: ArrayLike<number>, shape: readonly number[]): string {
  const size = levels.length;
  let name = tables.get(size);
  if (name === undefined)
    tables.set(size, (name = graph.constant("f32", shape, new Uint8Array(Float32Array.from(levels).buffer))));
  return name;
}
