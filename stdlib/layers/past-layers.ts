/**
 * Layers whose keys and values are inputs and outputs of the program instead of states (as in `cached-layers.ts`), as
 * other runtimes need them. Each self-attention, in the order of calls, has inputs `past_key_values.N.key` and `.value`
 * [batch, heads, past, size], and outputs `present.N.key` and `.value`
 * [batch, heads, keys, size]. In an encoder-decoder, these inputs are named `past_key_values.N.decoder.key`. Those of
 * cross-attention are named `past_key_values.N.encoder.key` [batch, heads, held, size], and the keys of `encoded` are
 * appended to them.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { Dimension } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { AttentionOptions, LayerBuilder } from "./contract.js";

/** Dimension names of one kind of keys: `past` for the inputs, `keys` for past and new keys together. */
interface Sizes {
  readonly past: Dimension;
  readonly keys: Dimension;
}
export interface PastKeyValueSizes {
  readonly selfSizes: Sizes;
  /** Sizes of the keys from an encoder; undefined for a decoder-only model. */
  readonly cross?: Sizes;
}

export function layerBuilderWithPastKeyValues(layers: LayerBuilder, options: PastKeyValueSizes): LayerBuilder {
  const { graph } = layers;
  const counts = { own: 0, cross: 0 };
  let offset: Tensor | undefined;
  const grown = (sizes: Sizes, name: string, heads: number, rows: Tensor): Tensor => {
    const width = lastOf(rows.shape) as number;
    const size = width / heads;
    const past = graph.input(`past_key_values.${name}`, {
      dtype: "f32",
      shape: ["batch", heads, sizes.past, size],
    });
    if (sizes === options.selfSizes) offset ??= lengthAlong(past, 2);
    const pastRows = past.transpose([0, 2, 1, 3]).reshape(["batch", sizes.past, width]);
    const all = graph.concat([pastRows, rows], 1, sizes.keys);
    graph.output(`present.${name}`, all.reshape(["batch", sizes.keys, heads, size]).transpose([0, 2, 1, 3]));
    return all;
  };
  const attention: LayerBuilder["attention"] = (path, q, k, v, given) => {
    const sort = given.cross ? "cross" : "own";
    const sizes = given.cross ? options.cross : given.causal && options.selfSizes;
    if (!sizes) return layers.attention(path, q, k, v, given);
    const place = `${counts[sort]++}.${options.cross ? (given.cross ? "encoder." : "decoder.") : ""}`;
    const heads = given.keyValueHeads ?? given.heads;
    const keys = grown(sizes, `${place}key`, heads, k);
    const values = grown(sizes, `${place}value`, heads, v);
    return layers.attention(path, q, keys, values, given.cross ? given : after(given, offset));
  };
  return { ...layers, attention };
}

function after(given: AttentionOptions, offset: Tensor | undefined): AttentionOptions {
  return offset ? { ...given, offset } : given;
}
/** Returns the length of x along the axis, as an i32 scalar. */
export function lengthAlong(x: Tensor, axis: number): Tensor {
  return x.range(axis).filled(1).cast("f32").sum().cast("i32");
}
