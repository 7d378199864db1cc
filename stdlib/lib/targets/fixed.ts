/** The parameter `shape` of targets whose files may have fixed sizes. */
import type { Sizes } from "#dsl/graph/shape.js";
import type { Call } from "#dsl/types/value.js";
import type { Deployed } from "../../kinds/target.js";

/** Sizes that are numbers in the file, by the names of the program. */
export function fixedSizes({ arguments: { shape } }: Call, { maxLength, family }: Deployed): Sizes {
  if (shape === "free") return {};
  const [batch = 1, length = maxLength, targets = length] = Array.isArray(shape) ? shape.map(Number) : [];
  return {
    ...{ batch, length },
    ...(family.implementation.shape === "encoder-decoder" && { targets_length: targets }),
  };
}

/** Tokens that are written with their text at most, or of an encoder-decoder's answer. */
export function roomIn(call: Call, model: Deployed): number {
  const { length = Infinity, targets_length = length } = fixedSizes(call, model);
  return targets_length;
}

/** What is wrong with the shape, or with any fixed shape for this model; null: nothing. */
export function noShape({ arguments: { shape } }: Call, { config }: Deployed): string | null {
  if (Array.isArray(shape) && (shape.length < 2 || shape.length > 3 || shape.some((n) => !(Number(n) >= 1))))
    return "a shape is a number of texts and a number of tokens, `[1, 128]`, and of models that write a third, the tokens written";
  if (shape !== "free" && config["trigram_input"] === true)
    return "MobileBERT reads the embedding of padding beside a text's last token, so it answers otherwise in a fixed shape; `shape: free` is as the notebook";
  return null;
}

/** Weights in 11 bits each: what writes adds rounding up over more layers and greater numbers than what reads. */
const HALVED = { encoder: 1e-3, decoder: 1e-2, "encoder-decoder": 1e-2 } as const;
export function halved({ family }: Deployed): { readonly tolerance: number; readonly rounded: string } {
  return { tolerance: HALVED[family.implementation.shape], rounded: "weights f16" };
}
