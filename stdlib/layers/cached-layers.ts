/**
 * Layers with a key-value cache, so that a text is continued token by token without recomputing its beginning. The
 * model calls `attention` as usual; its path names two states, `cache.k/<path>` and `cache.v/<path>` [batch, capacity,
 * width]. Keys and values of cross-attention are stored once, as `cache.k/<path>` [batch, sources, width]. Attention
 * that is not causal reads a text that does not grow (an encoder) and needs no cache.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { Dimension, TensorState } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { AttentionOptions, LayerBuilder } from "./contract.js";

export interface KeyValueCacheOptions {
  /** `prefill` reads the prompt and writes its keys. `decode` appends the new keys and attends to all keys. */
  readonly phase: "prefill" | "decode";
  /** i32 scalar: the position at which new keys are written; 0 in `prefill`. */
  readonly start: Tensor;
  /** For `decode`: the size of all keys, old and new; the mask is [batch, keys]. */
  readonly keys: Dimension;
  /** Size of the sequence that cross-attention reads. */
  readonly sources: Dimension;
  /** Receives the name and state of each cache, and whether it grows. */
  readonly onCache: (name: string, state: TensorState, grows: boolean) => void;
}

export function layerBuilderWithCache(layers: LayerBuilder, options: KeyValueCacheOptions): LayerBuilder {
  const { graph } = layers;
  const cache = (kind: "k" | "v", path: string, like: Tensor, grows: boolean): [string, Tensor] => {
    const name = `cache.${kind}/${path}`;
    const state: TensorState = {
      type: { dtype: like.dtype, shape: ["batch", grows ? "capacity" : options.sources, lastOf(like.shape)] },
      trains: false,
      initial: { unset: true },
    };
    options.onCache(name, state, grows);
    return [name, graph.state(name, state)];
  };
  const grown = (kind: "k" | "v", path: string, rows: Tensor): Tensor => {
    const [name, cached] = cache(kind, path, rows, true);
    graph.update(name, rows, { axis: 1, start: options.start });
    return options.phase === "prefill" ? rows : cached.extended(rows, options.start, options.keys);
  };
  const cachedOnce = (kind: "k" | "v", path: string, whole: Tensor): Tensor => {
    const [name, cached] = cache(kind, path, whole, false);
    if (options.phase === "decode") return cached;
    graph.update(name, whole);
    return whole;
  };
  const attention: LayerBuilder["attention"] = (path, q, k, v, given) => {
    if (given.cross) return layers.attention(path, q, cachedOnce("k", path, k), cachedOnce("v", path, v), given);
    if (!given.causal) return layers.attention(path, q, k, v, given);
    const [keys, values] = [grown("k", path, k), grown("v", path, v)];
    return layers.attention(
      path,
      q,
      keys,
      values,
      options.phase === "prefill" ? given : within(q, given, options.start),
    );
  };
  return { ...layers, attention };
}

/** A single new query sees every key, unless a window hides old ones. */
function within(q: Tensor, given: AttentionOptions, offset: Tensor): AttentionOptions {
  if (q.shape[1] !== 1 || given.window !== undefined) return { ...given, offset };
  return { ...given, causal: false };
}
