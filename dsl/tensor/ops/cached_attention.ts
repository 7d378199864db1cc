import { numberAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import type { Dimension, Type } from "../program.js";
import {
  elementCount,
  lastDimension,
  OpInputError,
  sameShape,
  requireFloat,
  requireSameDType,
  requireShape,
} from "../shape.js";
import { softmaxRows } from "../numbers/softmax.js";
import type { Tensor } from "../tensor.js";
import { makeArrayValues } from "../values.js";
import { attention } from "./attention.js";
import { scatter_rows } from "./scatter_rows.js";

const ATTRIBUTES = {
  heads: numberAttribute,
  key_value_heads: numberAttribute,
  /** 0: all keys are visible. */
  window: numberAttribute,
  scale: numberAttribute,
  /** 0: scores are not capped. */
  cap: numberAttribute,
};

/**
 * Has no gradient: it is for generation, with each sequence at its own position. The cache is one store for all
 * sequences. A table maps each sequence to its keys in the store, so that sequences with a common prefix can share
 * them.
 */
export const cached_attention = defineOp({
  name: "cached_attention",
  doc:
    "(q [tokens, 1, `heads` × size], k, v [tokens, `key_value_heads` × size], keys, values [places, `key_value_heads` × size], rows i32 [tokens], " +
    "places i32 [texts, keys], texts, lengths i32 [tokens]) → context as q. The keys and values of token t stand in row rows[t] of the two caches, as if " +
    "written there before anything is read. Key i of a text stands in row places[text, i]; token t sees the first lengths[t] keys of text texts[t], " +
    "and of these the last `window` (0: all). The new tokens of a text are its last ones: rows[t] is places[texts[t], lengths[t] − 1]. " +
    "Scores are `scale` · q kᵀ, bent to `cap` · tanh(· / cap) where there is a cap (0: none).",
  product: true,
  inputs: ["q", "k", "v", "keys", "values", "rows", "places", "texts", "lengths"],
  outputs: ["context"],
  attributes: ATTRIBUTES,
  type([q, k, v, keys, values, rows, places, texts, lengths], a) {
    requireFloat(q, "q");
    requireSameDType(q, k, v, keys, values);
    const width = lastDimension(q, "q");
    const [tokens, one] = q.shape;
    if (q.shape.length !== 3 || one !== 1 || typeof width !== "number" || width % a.heads)
      throw new OpInputError(`q must be [tokens, 1, heads × size] with ${a.heads} heads`);
    if (a.heads % a.key_value_heads)
      throw new OpInputError(`${a.heads} heads can't share ${a.key_value_heads} key-value heads evenly`);
    const narrow = (width / a.heads) * a.key_value_heads;
    for (const each of [k, v]) requireShape(each, [tokens!, narrow], "k and v");
    if (keys.shape.length !== 2 || keys.shape[1] !== narrow || !sameShape(keys.shape, values.shape))
      throw new OpInputError(`the caches must both be [places, ${narrow}]`);
    if (places.dtype !== "i32" || places.shape.length !== 2) throw new OpInputError("places must be i32 [texts, keys]");
    for (const each of [rows, texts, lengths]) wantEach(each, tokens!);
    return [q];
  },
  decompose([q, k, v, keys, values, rows, places, texts, lengths], { heads, key_value_heads, window, scale, cap }) {
    const { graph } = q;
    const tokens = q.shape[0]!;
    const seen = places.gather(texts);
    // Number of the token (from 1) whose row each cache place gets in this step; 0 if the old row remains.
    const numbers = rows.range(0).add(1).cast("f32").reshape([tokens, 1]);
    const news = graph.one(scatter_rows, [rows, numbers], { rows: keys.shape[0]! });
    const whose = news.gather(seen).cast("i32");
    const isNew = whose.greater(0);
    const whoses = whose.reshape(seen.shape).subtract(1).maximum(0);
    const all = (fresh: Tensor, cache: Tensor): Tensor => isNew.select(fresh.gather(whoses), cache.gather(seen));
    const nth = seen.range(1).add(1).reshape([1, seen.shape[1]!]);
    const length = lengths.reshape([tokens, 1]);
    const before = nth.lessEqual(length);
    const mask = (window ? before.and(nth.add(window).greater(length)) : before).cast("i32");
    const settings = { heads, key_value_heads, scale, ...(cap && { cap }), rate: 0 };
    return [graph.one(attention, [q, all(k, keys), all(v, values), mask], settings)];
  },
  evaluate([q, k, v, keys, values_, rows, places, texts, lengths], a, [shape]) {
    const [tokens, , width] = shape as [number, number, number];
    const narrow = k.shape[1]!;
    const size = width / a.heads;
    const [cachedKeys, cachedValues] = [keys, values_].map(({ data }) => data.slice()) as [Float64Array, Float64Array];
    const inside = (row: number): number => {
      if (row < 0 || row >= keys.shape[0]!) throw new OpInputError(`row ${row} of ${keys.shape[0]}`);
      return row * narrow;
    };
    for (let t = 0; t < tokens; t++) {
      cachedKeys.set(k.data.subarray(t * narrow, (t + 1) * narrow), inside(rows.data[t]!));
      cachedValues.set(v.data.subarray(t * narrow, (t + 1) * narrow), inside(rows.data[t]!));
    }
    const most = places.shape[1]!;
    const y = makeArrayValues(shape);
    for (let t = 0; t < tokens; t++) {
      const length = lengths.data[t]!;
      if (length < 1 || length > most) throw new OpInputError(`${length} keys of ${most}`);
      const from = a.window ? Math.max(0, length - a.window) : 0;
      const visibleRows = Array.from({ length: length - from }, (_, i) =>
        inside(places.data[texts.data[t]! * most + from + i]!),
      );
      for (let h = 0; h < a.heads; h++) {
        const query = t * width + h * size;
        const head = Math.floor(h / (a.heads / a.key_value_heads)) * size;
        const scores = Float64Array.from(visibleRows, (row) => {
          let sum = 0;
          for (let i = 0; i < size; i++) sum += q.data[query + i]! * cachedKeys[row + head + i]!;
          return a.cap ? a.cap * Math.tanh((a.scale * sum) / a.cap) : a.scale * sum;
        });
        const p = softmaxRows(scores, visibleRows.length, false);
        visibleRows.forEach((row, j) => {
          for (let i = 0; i < size; i++) y.data[query + i] = y.data[query + i]! + p[j]! * cachedValues[row + head + i]!;
        });
      }
    }
    return [y];
  },
  flops: ([q, , , , , , places], _, sizes) => {
    const keys = places.shape[1]!;
    return 4 * elementCount(q, sizes) * (typeof keys === "number" ? keys : sizes[keys]!);
  },
});

function wantEach({ dtype, shape }: Type, tokens: Dimension): void {
  if (dtype !== "i32" || !sameShape(shape, [tokens]))
    throw new OpInputError("rows, texts and lengths must be i32 [tokens]");
}
