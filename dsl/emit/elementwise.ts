/** What elementwise ops have in common in every engine's form. */
import type { Node, Ref, Type } from "#dsl/graph/program.js";
import { sameShape } from "#dsl/graph/shape.js";

/** A lowering that keeps values as they are or flat, [the first dimensions, the last]. */
interface Forms {
  typeOf(ref: Ref): Type;
  flat(ref: Ref): string;
  full(ref: Ref): string;
}

/** Applies `kernel` to the inputs in a form that fits them all: flat if possible, else full. */
export function alike(
  l: Forms,
  node: Node,
  kernel: (inputs: readonly string[]) => string,
): { readonly flat: string } | { readonly full: string } {
  const shape = node.types[0]!.shape;
  const flat =
    shape.length > 2 &&
    node.inputs.every((ref) => {
      const s = l.typeOf(ref).shape;
      return s.length <= 1 || sameShape(s, shape);
    });
  return flat
    ? { flat: kernel(node.inputs.map((r) => l.flat(r))) }
    : { full: kernel(node.inputs.map((r) => l.full(r))) };
}
