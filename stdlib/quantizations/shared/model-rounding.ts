/** Rounds a model's weights: the dequantized values, and the storage form of each tensor. */
import type { NDArray } from "#dsl/tensor/program.js";
import { dequantizeMatrix, roundMatrix } from "#dsl/tensor/numbers/rounding.js";
import type { CompressedWeights, WeightsToCompress } from "../../compression/compression-step.js";
import { quantizedConfig, type WeightQuantization } from "../../models/shared/quantized-weights.js";
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import {
  MAX_PRODUCT_CODE,
  productWeightShapeOf,
  MAX_LOOKUP_CODE,
  fitsInt4,
  type RoundingForm,
} from "#dsl/tensor/numbers/rounding.js";

export function quantizeWeights(
  { facts, family, read }: WeightsToCompress,
  how: WeightQuantization,
): CompressedWeights {
  const lies = liesOf(facts.shapes, family, how.weights);
  return {
    config: { ...facts.config, ...quantizedConfig(how) },
    shapes: facts.shapes,
    lies,
    tensor(name): NDArray {
      const array = read(name);
      const rounding = lies[name];
      const [first, second] = array.shape;
      if (!rounding || first === undefined || second === undefined) return array;
      const x = new Float32Array(array.bytes.buffer, array.bytes.byteOffset, array.bytes.byteLength / 4);
      const values = dequantizeMatrix(roundMatrix(x, [first, second], rounding));
      return { ...array, bytes: new Uint8Array(values.buffer) };
    },
  };
}

/** Embedding tables; one that is also the vocabulary head is rounded by rows too. */
const TABLE = /(^|\.)(\w*_?embeddings?|wpe|wte|embed_tokens|shared|relative_attention_bias)\.weight$/;

/**
 * Returns the rounding form per tensor. Tensors without one do not change: vectors, and matrices too small for their
 * blocks.
 */
function liesOf(
  shapes: Readonly<Record<string, readonly number[]>>,
  family: Pick<FamilyCapabilities, "weightLayout" | "linears"> | undefined,
  weights: RoundingForm["as"],
): Readonly<Record<string, RoundingForm>> {
  const found: Record<string, RoundingForm> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const [first, second] = shape;
    if (shape.length !== 2 || first === undefined || second === undefined) continue;
    if (TABLE.test(name)) {
      found[name] = { as: "int8", lines: "rows", most: MAX_LOOKUP_CODE };
      continue;
    }
    const last = name.split(".").at(-2) ?? "";
    const turned = !(family?.weightLayout === "in_out" && family.linears.includes(last));
    if (weights === "int8") found[name] = { as: "int8", lines: turned ? "rows" : "columns", most: MAX_PRODUCT_CODE };
    else if (fitsInt4(productWeightShapeOf({ turned }, [first, second]))) found[name] = { as: "int4", turned };
  }
  return found;
}
