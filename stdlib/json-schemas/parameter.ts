/**
 * The parameter `schema: "order.json"` of metrics that validate generated text; the file is checked with the program.
 */
import { defineParameter } from "#dsl/language/types/define.js";
import { isFailedFact } from "#dsl/language/types/facts.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { Call } from "#dsl/language/types/value.js";

export function schemaParameter<const D extends string, const W extends string>(doc: D, why: W) {
  return defineParameter({
    name: "schema",
    type: { is: "string" },
    doc,
    positional: true,
    why,
    impact: "medium",
    suggests: { from: "files", endings: [".json"] },
  });
}

export function checkSchemaFile({ arguments: { schema } }: Call, context: WordCheckContext): void {
  if (typeof schema !== "string") return;
  const fact = context.ask({ about: "schema", path: schema });
  if (fact && isFailedFact(fact)) context.reportFailed(fact, "schema");
}
