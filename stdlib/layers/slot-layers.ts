/**
 * Layers of texts that are written side by side: each token is a row of its own, and keys and values of all texts lie in one
 * store, two states `slots.k/<path>` and `slots.v/<path>` [places, width] for each attention. Where a text's keys lie a table
 * says, so texts come and go without anything being moved, and those that begin alike may share places.
 */
import { lastOf } from "#dsl/language/diagnostics/must.js";
import type { TensorState } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Layers } from "./contract.js";

export interface SlotCacheOptions {
  /** i32 [tokens]: where each token's keys and values go. */
  readonly rows: Tensor;
  /** i32 [texts, keys]: where each text's keys lie. */
  readonly places: Tensor;
  /** i32 [tokens]: each token's text. */
  readonly texts: Tensor;
  /** i32 [tokens]: how many keys it sees, its own included. */
  readonly lengths: Tensor;
  readonly onStore: (name: string, state: TensorState) => void;
}

export function slotCacheLayers(layers: Layers, options: SlotCacheOptions): Layers {
  const { graph } = layers;
  const store = (kind: "k" | "v", path: string, fresh: Tensor): Tensor => {
    const name = `slots.${kind}/${path}`;
    const state: TensorState = {
      type: { dtype: fresh.dtype, shape: ["places", lastOf(fresh.shape)] },
      trains: false,
      initial: { unset: true },
    };
    options.onStore(name, state);
    graph.update(name, fresh, { axis: 0, start: options.rows });
    return graph.state(name, state);
  };
  const attention: Layers["attention"] = (path, q, k, v, given) =>
    graph.withPath(path, () => {
      const { heads, keyValueHeads = heads, window = 0, cap = 0 } = given;
      const scale = given.scale ?? 1 / Math.sqrt((lastOf(q.shape) as number) / heads);
      const [keys, values] = [k, v].map((x) => x.reshape([x.shape[0]!, lastOf(x.shape)])) as [Tensor, Tensor];
      return graph.one(
        "cached_attention",
        [
          q,
          keys,
          values,
          store("k", path, keys),
          store("v", path, values),
          options.rows,
          options.places,
          options.texts,
          options.lengths,
        ],
        { heads, key_value_heads: keyValueHeads, window, scale, cap },
      );
    });
  return { ...layers, attention };
}
