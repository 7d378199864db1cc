/** The optimizers that are written as plain arithmetic, in whatever form an engine's arithmetic takes. */
import { optimizerSteps, type Arithmetic } from "#dsl/graph/optimizer-step.js";
import type { Node, Ref } from "#dsl/graph/program.js";

/** A lowering of an optimizer's node: its results are made once, when the first of them is asked for. */
export function optimizer<L extends { full(ref: Ref): string }>(
  name: keyof typeof optimizerSteps,
  arithmeticOf: (l: L, rank: number) => Arithmetic<string>,
): (l: L, node: Node) => (() => { readonly full: string })[] {
  return (l, node) => {
    let made: readonly string[] | undefined;
    const results = (): readonly string[] =>
      (made ??= optimizerSteps[name](
        arithmeticOf(l, node.types[0]!.shape.length),
        node.inputs.map((ref) => l.full(ref)),
        node.attributes,
      ));
    return node.types.map((_, output) => () => ({ full: results()[output]! }));
  };
}
