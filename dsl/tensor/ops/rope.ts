import { ROPE_ATTRIBUTES } from "../numbers/rope.js";
import { defineOp, type Op } from "../op.js";
import { ropeAttributes, inferRopeTypes } from "../numbers/rope.js";
import { elementCount } from "../shape.js";
import { makeArrayValues } from "../values.js";

/** Su et al., 2021, arXiv 2104.09864; the halves convention is that of LLaMA's checkpoints. */
export const rope: Op<readonly ["x", "positions"], readonly ["y"], typeof ROPE_ATTRIBUTES> = defineOp({
  name: "rope",
  doc:
    "(x [batch, length, `heads` × size], positions i32 [batch, length] or [length]) → as x: in each head pair k turns by the angle position · `frequencies`[k]: " +
    "(a, b) → `factor` · (a cos − b sin, b cos + a sin). Pairs are (k, k + pairs), or (2k, 2k + 1) if `interleaved`; elements beyond the pairs stay. `inverse` turns back.",
  bf16: "follows",
  inputs: ["x", "positions"],
  attributes: ROPE_ATTRIBUTES,
  type: inferRopeTypes,
  gradient(graph, { inputs: [, positions], attributes }, [dy]) {
    const inverse = !ropeAttributes(attributes).inverse;
    return [graph.one(rope, [dy, positions], { ...attributes, inverse }), undefined];
  },
  evaluate([x, positions], attributes, [shape]) {
    const { heads, frequencies, factor, interleaved, inverse } = ropeAttributes(attributes);
    const [batch, length, width] = shape as [number, number, number];
    const pairs = frequencies.length;
    const y = makeArrayValues(shape, x.data);
    const [from, to] = [x.data, y.data];
    for (let row = 0; row < batch * length; row++) {
      const position = positions.data[positions.shape.length === 1 ? row % length : row]!;
      for (let k = 0; k < pairs; k++) {
        const angle = position * frequencies[k]! * (inverse ? -1 : 1);
        const [cos, sin] = [factor * Math.cos(angle), factor * Math.sin(angle)];
        for (let head = 0; head < heads; head++) {
          const start = row * width + (head * width) / heads;
          const [i, j] = interleaved ? [start + 2 * k, start + 2 * k + 1] : [start + k, start + k + pairs];
          const [a, b] = [from[i]!, from[j]!];
          to[i] = a * cos - b * sin;
          to[j] = b * cos + a * sin;
        }
      }
    }
    return [y];
  },
  flops: ([x], _, sizes) => 3 * elementCount(x, sizes),
});
