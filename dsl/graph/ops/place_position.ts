import type { Op } from "../op.js";
import { wantShape } from "../shape.js";
import { values } from "../values.js";

export const place_position: Op = {
  name: "place_position",
  doc: "(dy [batch, n], like [batch, length, n]) → zeros of the shape of `like` with dy at `position`. The gradient of take_position.",
  type([dy, like]) {
    wantShape(dy!, [like!.shape[0]!, like!.shape[2]!], "dy");
    return [{ dtype: dy!.dtype, shape: like!.shape }];
  },
  gradient: (graph, { attributes }, [d]) => [graph.one("take_position", [d!], attributes), undefined],
  evaluate([dy], a, [shape]) {
    const [batch, length, n] = shape! as [number, number, number];
    const y = values(shape!);
    for (let b = 0; b < batch; b++)
      y.data.set(dy!.data.subarray(b * n, (b + 1) * n), (b * length + (a["position"] as number)) * n);
    return [y];
  },
  flops: () => 0,
};
