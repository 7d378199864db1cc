import { argumentsOf } from "#dsl/types/filled.js";
import type { CompressorImplementation } from "../kinds/compressor.js";
import { word } from "./top_k.js";

export const topK: CompressorImplementation = {
  keep(call, { length, places, values }) {
    const { share } = argumentsOf(word, call).share;
    const count = Math.min(values.length, Math.max(1, Math.round(share * values.length)));
    const sizes = values.map(Math.abs).sort();
    const least = sizes[sizes.length - count] ?? 0;
    // Of those that are as large as the smallest that stays, the first ones stay.
    let even = count - values.reduce((sum, value) => sum + (Math.abs(value) > least ? 1 : 0), 0);
    const kept = new Uint32Array(count);
    let k = 0;
    values.forEach((value, at) => {
      const size = Math.abs(value);
      if (size > least || (size === least && even-- > 0)) kept[k++] = at;
    });
    return {
      length,
      places: places ? kept.map((at) => places[at]!) : kept,
      values: Float32Array.from(kept, (at) => values[at]!),
    };
  },
};
