/** A base that is made of a trained model's weights: smaller ones. */
import type { Program } from "../program.js";
import type { Given } from "../../../language/types/given-value.js";
import type { Span } from "../../../language/diagnostics/span.js";
import type { BaseFacts } from "../../../language/types/facts.js";
import type { Call } from "../../../language/types/value.js";
import { hashOf } from "../hash.js";
import { isCall } from "../value.js";

/** The key of a draft that says what its base is made with. Nobody writes it. */
export const MADE = "made";

export function madeWith({ given }: { readonly given: ReadonlyMap<string, Given> }): Call | undefined {
  const call = given.get(MADE)?.value;
  return isCall(call) ? call : undefined;
}

/** Facts of what the word makes of the base. Reports `not-so-small`. */
export function madeOf(program: Program, call: Call, of: BaseFacts, here: Span): BaseFacts | undefined {
  const says = program.registry.find(call.kind as "student", call.word)?.capabilities;
  const family = program.registry.find("model", of.family)?.capabilities;
  const made = says?.makes?.(call, of, family);
  const { heads, embedding, ...rest } = of;
  void [heads, embedding]; // what a head of the base tells apart is the trained model's affair
  const hash = `${of.hash} ${hashOf(call)}`;
  if (!made) return { ...rest, hash };
  if ("why" in made) {
    program.report("not-so-small", { stage: call.word, ...made }, here);
    return undefined;
  }
  // The base's own count leaves out what is no parameter, which stays as it is.
  const parameters = of.parameters - elementsOf(of.shapes) + elementsOf(made.shapes);
  return { ...rest, ...made, hash, parameters };
}

function elementsOf(shapes: BaseFacts["shapes"]): number {
  return Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
