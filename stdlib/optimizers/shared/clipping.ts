/**
 * Common start of every optimizer step: the global gradient norm, the clipping factor, and the optimizer's settings.
 */
import type { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { OptimizerImplementation } from "../kind.js";

export type TrainableParameters = Parameters<OptimizerImplementation["apply"]>[2];

/** Clips like torch.nn.utils.clip_grad_norm_; `scale` is empty without clipping. */
export function gradientClipping(
  graph: Graph,
  trainable: TrainableParameters,
  clip: number | null,
): { readonly norm: Tensor; readonly scale: readonly Tensor[] } {
  // A quantized model that generates text has no trainable parameters.
  if (trainable.length === 0) return { norm: graph.number(0, "f32"), scale: [] };
  const norm = graph.one(
    "global_norm",
    trainable.map((p) => p.gradient),
  );
  return { norm, scale: clip === null ? [] : [graph.number(clip, norm.dtype).divide(norm.add(1e-6)).minimum(1)] };
}

/** Declares a moment of a parameter, as a state named `prefix + name`, initially zero. */
export function momentState(graph: Graph, name: string, like: Tensor, shape = like.shape): Tensor {
  return graph.state(name, { type: { dtype: like.dtype, shape }, trains: false, initial: { zeros: true } });
}
