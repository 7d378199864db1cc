/** Which weights of a model are rounded to whole numbers, and how: as `onnx(quantize: …)` rounds them. */
import type { FamilyCapabilities } from "#dsl/types/capabilities/model.js";
import { FACTOR, factorOf, ROW, takesFours, type RoundedAs } from "#dsl/graph/numbers/rounding.js";

/** Tables whose rows are looked up; one that is a head over the vocabulary too is rounded by rows as well. */
const TABLE = /(^|\.)(\w*_?embeddings?|wpe|wte|embed_tokens|shared|relative_attention_bias)\.weight$/;

/** By tensor; those that aren't named stay as they are: vectors, and matrices too small for their blocks. */
export function liesOf(
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
