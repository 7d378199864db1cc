/**
 * Layers for continuous batching: each token is a row, and keys and values of all texts share one store per attention,
 * the states `slots.k/<path>` and `slots.v/<path>` [places, width]. A table maps each text to the places of its keys.
 * So texts can join and leave without moving data, and texts with the same prefix can share places.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { TensorState } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { LayerBuilder } from "./contract.js";

export interface SlotCacheOptions {
  /** i32 [tokens]: the place at which each token's keys and values are written. */
  readonly rows: Tensor;
  /** i32 [texts, keys]: the places of each text's keys. */
  readonly places: Tensor;
  /** i32 [tokens]: the text of each token. */
  readonly texts: Tensor;
  /** i32 [tokens]: number of keys that a token sees, including its own. */
  readonly lengths: Tensor;
  readonly onStore: (name: string, state: TensorState) => void;
}

export function layerBuilderWithSlotCache(layers: LayerBuilder, options: SlotCacheOptions): LayerBuilder {
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
  const attention: LayerBuilder["attention"] = (path, q, k, v, given) =>
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
