/** `storage:` of a model: the storage type of the frozen weights, and the bytes that they take. */
import type { WeightStorage } from "#dsl/tensor/storage.js";
import type { Call } from "#dsl/language/types/value.js";

type Shapes = Readonly<Record<string, readonly number[]>>;

/** Returns the storage setting that programs are built with. */
export function weightStorageOf(call: Call | undefined): WeightStorage {
  const weights = (call?.word ?? "f32") as WeightStorage["weights"];
  return { weights, ...(weights === "nf4" && { double: call?.arguments["double_quantization"] !== false }) };
}

/**
 * Bytes of a base model's weights if none of its matrices trains. Tensors are classified by name. `writes`: a
 * language-model head reads the token embedding as a matrix, which then stays f32.
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
/** Minimum elements of a matrix that is quantized; same as in the pass `storage`. */
const LEAST = 256;

/** `HEADS`: token embeddings and separate language-model heads. `TABLES`: other embedding tables. */
const HEADS = /(^|\.)(word_embeddings?|embed_tokens|wte|shared|lm_head)\.weight$/;
const TABLES = /(^|\.)(\w*_?embeddings?|wpe|relative_attention_bias)\.weight$/;

export const storageCapabilities = { weightBytes } as const;
