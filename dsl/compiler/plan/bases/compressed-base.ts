/** A base that is made of a trained model's weights: smaller ones. */
import type { Program } from "../program.js";
import type { GivenValue } from "../../../language/types/given-value.js";
import type { Span } from "../../../language/diagnostics/span.js";
import type { BaseFacts } from "../../../language/types/facts.js";
import type { Call } from "../../../language/types/value.js";
import { hashOf } from "../hash.js";
import { isCall } from "../value.js";

/** The key of a draft that says what its base is made with. Nobody writes it. */
export const STUDENT_KEY = "made";

export function studentCallOf({ given }: { readonly given: ReadonlyMap<string, GivenValue> }): Call | undefined {
  const call = given.get(STUDENT_KEY)?.value;
  return isCall(call) ? call : undefined;
}

/** Facts of what the word makes of the base. Reports `not-so-small`. */
export function studentBaseOf(program: Program, call: Call, base: BaseFacts, here: Span): BaseFacts | undefined {
  const says = program.registry.find(call.kind as "student", call.word)?.capabilities;
  const family = program.registry.find("model", base.family)?.capabilities;
  const made = says?.makes?.(call, base, family);
  const { heads, embedding, ...rest } = base;
  void [heads, embedding]; // what a head of the base tells apart is the trained model's affair
  const hash = `${base.hash} ${hashOf(call)}`;
  if (!made) return { ...rest, hash };
  if ("why" in made) {
    program.report("not-so-small", { stage: call.word, ...made }, here);
    return undefined;
  }
  // The base's own count leaves out what is no parameter, which stays as it is.
  const parameters = base.parameters - elementsOf(base.shapes) + elementsOf(made.shapes);
  return { ...rest, ...made, hash, parameters };
}

function elementsOf(shapes: BaseFacts["shapes"]): number {
  return Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
