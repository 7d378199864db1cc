/** `storage:` of a model: how the weights that don't train lie in memory, and how many bytes that takes. */
import type { WeightStorage } from "#dsl/tensor/storage.js";
import type { Call } from "#dsl/language/types/value.js";

type Shapes = Readonly<Record<string, readonly number[]>>;

/** What programs are made with. */
export function weightStorageOf(call: Call | undefined): WeightStorage {
  const weights = (call?.word ?? "f32") as WeightStorage["weights"];
  return { weights, ...(weights === "nf4" && { double: call?.arguments["double_quantization"] !== false }) };
}

/**
 * Bytes of a base's weights where none of its matrices trains: they are named apart by what they are called. `writes`: a
 * head over the vocabulary reads the table of tokens whole, which stays f32.
 */
function weightBytes(call: Call, shapes: Shapes, writes: boolean): number {
  const { weights, double } = weightStorageOf(call);
  const linear = { f32: 4, bf16: 2, int8: 1, nf4: 0.5 + (double ? 1 : 4) / 64 }[weights];
  return Object.entries(shapes).reduce((sum, [path, shape]) => {
    const count = shape.reduce((n, d) => n * d, 1);
    if (shape.length !== 2 || count < LEAST || weights === "f32") return sum + 4 * count;
    if (HEADS.test(path)) return sum + (writes ? 4 : 2) * count;
    if (TABLES.test(path)) return sum + 2 * count;
    return sum + linear * count + (weights === "int8" ? 4 * shape[0]! : 0);
  }, 0);
}
/** As in the pass `storage`. */
const LEAST = 256;

/** Tables of tokens, and heads of their own over the vocabulary; other tables that rows are looked up in. */
const HEADS = /(^|\.)(word_embeddings?|embed_tokens|wte|shared|lm_head)\.weight$/;
const TABLES = /(^|\.)(\w*_?embeddings?|wpe|relative_attention_bias)\.weight$/;

export const storageCapabilities = { weightBytes } as const;
