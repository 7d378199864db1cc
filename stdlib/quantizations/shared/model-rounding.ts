/** A model's weights rounded: the numbers that stand for them, and how they lie in a file. */
import type { NDArray } from "#dsl/tensor/program.js";
import { ofRounded, roundedBy } from "#dsl/tensor/numbers/rounding.js";
import type { MadeWhole, Whole } from "../../compression/compression-step.js";
import { quantizedConfig, type Quantized } from "../../models/shared/quantized-weights.js";
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import { FACTOR, factorOf, ROW, takesFours, type RoundedAs } from "#dsl/tensor/numbers/rounding.js";

export function quantizedWhole({ facts, family, read }: Whole, how: Quantized): MadeWhole {
  const lies = liesOf(facts.shapes, family, how.weights);
  return {
    config: { ...facts.config, ...quantizedConfig(how) },
    shapes: facts.shapes,
    lies,
    tensor(name): NDArray {
      const array = read(name);
      const own = lies[name];
      const [first, second] = array.shape;
      if (!own || first === undefined || second === undefined) return array;
      const x = new Float32Array(array.bytes.buffer, array.bytes.byteOffset, array.bytes.byteLength / 4);
      const values = ofRounded(roundedBy(x, [first, second], own));
      return { ...array, bytes: new Uint8Array(values.buffer) };
    },
  };
}

/** Tables whose rows are looked up; one that is a head over the vocabulary too is rounded by rows as well. */
const TABLE = /(^|\.)(\w*_?embeddings?|wpe|wte|embed_tokens|shared|relative_attention_bias)\.weight$/;

/** By tensor; those that aren't named stay as they are: vectors, and matrices too small for their blocks. */
function liesOf(
  shapes: Readonly<Record<string, readonly number[]>>,
  family: Pick<FamilyCapabilities, "layout" | "linears"> | undefined,
  weights: RoundedAs["as"],
): Readonly<Record<string, RoundedAs>> {
  const found: Record<string, RoundedAs> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const [first, second] = shape;
    if (shape.length !== 2 || first === undefined || second === undefined) continue;
    if (TABLE.test(name)) {
      found[name] = { as: "int8", lines: "rows", most: ROW };
      continue;
    }
    const last = name.split(".").at(-2) ?? "";
    const turned = !(family?.layout === "in_out" && family.linears.includes(last));
    if (weights === "int8") found[name] = { as: "int8", lines: turned ? "rows" : "columns", most: FACTOR };
    else if (takesFours(factorOf({ turned }, [first, second]))) found[name] = { as: "int4", turned };
  }
  return found;
}
