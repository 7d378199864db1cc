/** Dequantizes stored weights to f32 with TensorFlow's kernels. */
import { blockQuantizationOf } from "#dsl/tensor/ops/dequantize_blocks.js";
import type { Lowerings } from "../lowering.js";

export const dequantizeLowerings = {
  dequantize: (l, node) => [
    () => {
      const [codes, scales] = node.inputs;
      const across = l.graph.integers(node.attributes.axis === 0 ? [-1, 1] : [1, -1]);
      return { full: l.op("Mul", [l.cast(l.full(codes), "i8", "f32"), l.reshape(l.full(scales), across, "f32")]) };
    },
  ],
  // One look-up per byte: a byte with two 4-bit codes maps to two numbers.
  dequantize_blocks: (l, node) => [
    () => {
      const { graph } = l;
      const { levels, bits, block, shape, count, padded } = blockQuantizationOf(node.attributes);
      const pairs = bits === 8 ? levels : levels.flatMap((high) => levels.flatMap((low) => [high, low]));
      const table = graph.constant("f32", [256, 8 / bits], new Uint8Array(Float32Array.from(pairs).buffer));
      const [codes, scales] = node.inputs;
      const found = graph.node("GatherV2", [table, l.cast(l.full(codes), "u8", "i32"), graph.integer(0)], {
        Tparams: { type: "f32" },
        Tindices: { type: "i32" },
        Taxis: { type: "i32" },
        batch_dims: { int: 0 },
      });
      const rows = l.reshape(found, graph.integers([-1, block]), "f32");
      const scaled = l.op("Mul", [rows, l.reshape(l.full(scales), graph.integers([-1, 1]), "f32")]);
      if (count === padded) return { full: l.reshape(scaled, graph.integers(shape), "f32") };
      const flat = l.reshape(scaled, graph.integers([-1]), "f32");
      const trimmed = graph.node("Slice", [flat, graph.integers([0]), graph.integers([count])], {
        T: { type: "f32" },
        Index: { type: "i32" },
      });
      return { full: l.reshape(trimmed, graph.integers(shape), "f32") };
    },
  ],
} satisfies Lowerings;
