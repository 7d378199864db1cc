/** The parameter `shape` of targets whose files may have fixed sizes. */
import type { Sizes } from "#dsl/tensor/shape.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ModelToDeploy } from "../kind.js";

/** Returns the dimensions that are fixed in the file, by the program's names. */
export function fixedSizesOf({ arguments: { shape } }: Call, { maxLength, family }: ModelToDeploy): Sizes {
  if (shape === "free") return {};
  const [batch = 1, length = maxLength, targets = length] = Array.isArray(shape) ? shape.map(Number) : [];
  return {
    batch,
    length,
    ...(family.implementation.shape === "encoder-decoder" && { targets_length: targets }),
  };
}

/** Returns the maximum tokens of a text and its completion together, or of an encoder-decoder's output. */
export function maxWrittenTokens(call: Call, model: ModelToDeploy): number {
  const { length = Infinity, targets_length = length } = fixedSizesOf(call, model);
  return targets_length;
}

/** Returns what is wrong with the shape, or with any fixed shape for this model; null if nothing. */
export function fixedShapeProblem(call: Call, model: ModelToDeploy): string | null {
  const { shape } = call.arguments;
  const { config, maxLength, family } = model;
  if (Array.isArray(shape) && (shape.length < 2 || shape.length > 3 || shape.some((n) => !(Number(n) >= 1))))
    return "a shape is a number of texts and a number of tokens, `[1, 128]`, and of models that write a third, the tokens written";
  if (shape !== "free" && config["trigram_input"] === true)
    return "MobileBERT reads the embedding of padding after a text's last token, so predictions in a fixed shape differ; `shape: free` gives those of the notebook";
  const { length = maxLength } = fixedSizesOf(call, model);
  const { positions } = family.implementation.sizes(model.parts.config);
  if (length > positions)
    return `its base has ${String(positions)} positions, but the shape requires ${String(length)} tokens`;
  if (length < maxLength && family.implementation.shape !== "decoder")
    return `the notebook reads ${String(maxLength)} tokens of a text, but a file of ${String(length)} would truncate longer ones differently; \`max_length: ${String(length)}\` in the model makes both the same`;
  return null;
}

/**
 * Tolerances for half-precision weights (11 significant bits). Generative models accumulate more rounding error, over
 * more layers and larger values.
 */
const HALVED = { encoder: 1e-3, decoder: 1e-2, "encoder-decoder": 1e-2 } as const;
export function halfPrecisionTolerance({ family }: ModelToDeploy): {
  readonly tolerance: number;
  readonly rounded: string;
} {
  return { tolerance: HALVED[family.implementation.shape], rounded: "weights f16" };
}
