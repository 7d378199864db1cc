/** Shared parts of elementwise ops in all engines. */
import type { Ref, Type } from "#dsl/tensor/program.js";
import { sameShape } from "#dsl/tensor/shape.js";

/** A lowering whose values are in full or flat form, [leading dimensions, last dimension]. */
interface Forms {
  typeOf(ref: Ref): Type;
  flat(ref: Ref): string;
  full(ref: Ref): string;
}
/** A node of any op with such inputs. */
interface Elementwise<I extends readonly Ref[]> {
  readonly inputs: I;
  readonly types: readonly Type[];
}
/** A node with at least one input. */
export type ElementwiseNode = Elementwise<readonly [Ref, ...Ref[]]>;
type Tensors<I extends readonly Ref[]> = { readonly [K in keyof I]: string };

/** Applies `kernel` to the inputs in a form that fits them all: flat if possible, else full. */
export function applyElementwise<I extends readonly Ref[]>(
  l: Forms,
  { inputs, types: [type] }: Elementwise<I>,
  kernel: (inputs: Tensors<I>) => string,
): { readonly flat: string } | { readonly full: string } {
  const shape = type?.shape ?? [];
  const flat =
    shape.length > 2 &&
    inputs.every((ref) => {
      const s = l.typeOf(ref).shape;
      return s.length <= 1 || sameShape(s, shape);
    });
  const made = (form: (ref: Ref) => string): string => kernel(inputs.map(form) as Tensors<I>);
  return flat ? { flat: made((ref) => l.flat(ref)) } : { full: made((ref) => l.full(ref)) };
}
