/** Pools the states of a text's tokens to one vector, like sentence-transformers' Pooling and Normalize. */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { ModelOutputs } from "../../models/kind.js";

export const POOLINGS = ["mean", "cls", "last", "max"] as const;
export type Pooling = (typeof POOLINGS)[number];

/**
 * [batch, hidden]. `mask` [batch, length] i32. Virtual tokens before a text are included, as other programs do with the
 * adapter.
 */
export function poolTokens(body: ModelOutputs, mask: Tensor, pooling: Pooling): Tensor {
  const { last_hidden_state: x, virtual } = body;
  const weightsAt = (places: Tensor): Tensor => places.cast("f32").reshape([...places.shape, 1]);
  switch (pooling) {
    case "cls":
      return body.first ?? x.takePosition(0);
    case "last": {
      const last = mask.sum([1], true).subtract(1);
      return x.multiply(weightsAt(mask.range(1).equal(last))).sum([1]);
    }
    case "max": {
      const hidden = weightsAt(mask).subtract(1).multiply(1e9);
      const maximum = x.add(hidden).max([1]);
      return virtual ? maximum.maximum(virtual.max([1])) : maximum;
    }
    case "mean": {
      const sum = x.multiply(weightsAt(mask)).sum([1]);
      const count = mask.sum([1], true).cast("f32");
      if (!virtual) return sum.divide(count);
      return sum.add(virtual.sum([1])).divide(count.add(virtual.shape[1] as number));
    }
  }
}

/** Normalizes vectors [n, hidden] to length 1; a zero vector is unchanged. */
export function normalizeVectors(x: Tensor): Tensor {
  return x.multiply(x.square().sum([1], true).maximum(1e-24).rsqrt());
}
