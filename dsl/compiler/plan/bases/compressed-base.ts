/** A base made from a trained model's weights by compression. */
import type { Program } from "../program.js";
import type { GivenValue, Call } from "../../../language/types/value.js";
import type { Span } from "../../../language/diagnostics/span.js";
import type { BaseFacts } from "../../../language/types/facts.js";
import { hashOf } from "../hash.js";
import { isCall } from "../value.js";

/** Draft key that holds the call its base is made with. It cannot be written in a program. */
export const STUDENT_KEY = "made";

export function studentCallOf({ given }: { readonly given: ReadonlyMap<string, GivenValue> }): Call | undefined {
  const call = given.get(STUDENT_KEY)?.value;
  return isCall(call) ? call : undefined;
}

/** Returns the facts of the base that the word makes. Reports `not-so-small`. */
export function studentBaseOf(program: Program, call: Call, base: BaseFacts, here: Span): BaseFacts | undefined {
  const says = program.registry.find(call.kind as "student", call.word)?.capabilities;
  const family = program.registry.find("model", base.family)?.capabilities;
  const made = says?.resultingBase?.(call, base, family);
  const { heads, embedding, ...rest } = base;
  void [heads, embedding]; // the labels of the base's own head are not used for a compressed base
  const hash = `${base.hash} ${hashOf(call)}`;
  if (!made) return { ...rest, hash };
  if ("why" in made) {
    program.report("not-so-small", { stage: call.word, ...made }, here);
    return undefined;
  }
  // The base's own count excludes tensors that are not parameters; these do not change.
  const parameters = base.parameters - elementsOf(base.shapes) + elementsOf(made.shapes);
  return { ...rest, ...made, hash, parameters };
}

function elementsOf(shapes: BaseFacts["shapes"]): number {
  return Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
