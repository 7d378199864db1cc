/** What every optimizer's step begins with: the gradients' global norm, the factor that clips it, and its own settings. */
import type { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { OptimizerImplementation } from "../kind.js";

export type TrainableParameters = Parameters<OptimizerImplementation["apply"]>[2];

/** As torch.nn.utils.clip_grad_norm_; `scale` is empty where nothing is clipped. */
export function gradientClipping(
  graph: Graph,
  trainable: TrainableParameters,
  clip: number | null,
): { readonly norm: Tensor; readonly scale: readonly Tensor[] } {
  // A quantised model that writes has nothing that trains.
  if (trainable.length === 0) return { norm: graph.number(0, "f32"), scale: [] };
  const norm = graph.one(
    "global_norm",
    trainable.map((p) => p.gradient),
  );
  return { norm, scale: clip === null ? [] : [graph.number(clip, norm.dtype).divide(norm.add(1e-6)).minimum(1)] };
}

/** A moment of a parameter, kept beside it under `prefix + name`, zero at first. */
export function momentState(graph: Graph, name: string, like: Tensor, shape = like.shape): Tensor {
  return graph.state(name, { type: { dtype: like.dtype, shape }, trains: false, initial: { zeros: true } });
}
