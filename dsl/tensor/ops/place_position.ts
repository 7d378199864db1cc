import { numberAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { requireShape } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const place_position = defineOp({
  name: "place_position",
  doc: "(dy [batch, n], like [batch, length, n]) → zeros of the shape of `like` with dy at `position`. The gradient of take_position.",
  bf16: "follows",
  part: "position",
  inputs: ["dy", "like"],
  outputs: ["dx"],
  attributes: { position: numberAttribute },
  type([dy, like]) {
    requireShape(dy, [like.shape[0]!, like.shape[2]!], "dy");
    return [{ dtype: dy.dtype, shape: like.shape }];
  },
  gradient: (_, { attributes }, [d]) => [d.takePosition(attributes.position), undefined],
  evaluate([dy], a, [shape]) {
    const [batch, length, n] = shape as [number, number, number];
    const y = makeArrayValues(shape);
    for (let b = 0; b < batch; b++) y.data.set(dy.data.subarray(b * n, (b + 1) * n), (b * length + a.position) * n);
    return [y];
  },
  flops: () => 0,
});
