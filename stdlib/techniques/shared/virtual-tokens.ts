/** Shared parts of techniques with virtual tokens: their number, their position before each row, their state. */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Dimension, NDArray } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ModelInputs } from "../../models/kind.js";
import { numberArgument } from "./settings.js";

/** PEFT's name of the learned state, the same for all of these techniques. */
export const PROMPT_EMBEDDINGS = "prompt_embeddings";

export function virtualTokenCount(call: Call): number {
  return numberArgument(call, "tokens", 20);
}
/** Returns the name in PEFT's file: the learned state without prefix, the head with the wrapped model's. */
export function promptTensorName(name: string): string {
  return name === PROMPT_EMBEDDINGS ? name : `base_model.${name}`;
}

/** Prepends the same rows to every text, along axis 1. */
export class VirtualTokenPrefix {
  /** i32 [batch, 1], all 0: provides the batch size. */
  private readonly zero: Tensor;
  constructor(
    { attention_mask: mask }: ModelInputs,
    private readonly count: number,
  ) {
    this.zero = mask.max([1], true).filled(0);
  }
  /** Prepends rows f32 [count, n] to x [batch, length, n]. */
  rows(rows: Tensor, x: Tensor): Tensor {
    const { graph } = x;
    const zero = this.zero.cast("f32").reshape([...this.zero.shape, 1]);
    return graph.concat([rows.reshape([1, ...rows.shape]).add(zero), x], 1);
  }
  /** Prepends a number per position to x i32 [batch, length]. */
  numbers(valueAt: (place: number) => number, x: Tensor): Tensor {
    const { graph } = x;
    const data = Int32Array.from({ length: this.count }, (_, i) => valueAt(i));
    const value: NDArray = { dtype: "i32", shape: [1, this.count], bytes: new Uint8Array(data.buffer) };
    return graph.concat([graph.constant(value).add(this.zero), x], 1);
  }
}

/** Returns the positions of the text's tokens if it starts after `count` others. */
export function shiftedPositions(inputs: ModelInputs, count: number): Tensor {
  const { input_ids: ids, positions } = inputs;
  return (positions ?? ids.range(1)).add(count);
}
export function lengthDimension(x: Tensor): Dimension {
  return x.shape[1]!;
}
