/** Optimizers written as plain arithmetic, for any engine's arithmetic. */
import { adafactorStep, lionStep, sgdStep, type Arithmetic } from "#dsl/tensor/ops/shared/optimizer-step.js";
import type { Ref, Type } from "#dsl/tensor/program.js";
import type { LoweringTable } from "./lowerings.js";

interface Stepping<I extends readonly Ref[], A> {
  readonly inputs: I;
  readonly attributes: A;
  readonly types: readonly [Type, ...Type[]];
}
type Tensors<I extends readonly Ref[]> = { readonly [K in keyof I]: string };
export interface OptimizerLoweringOutput {
  readonly full: string;
}

/** Returns their lowerings: a node's results are made once, when the first of them is requested. */
export function optimizerLowerings<L extends { full(ref: Ref): string }>(
  arithmeticOf: (l: L, rank: number) => Arithmetic<string>,
): Pick<LoweringTable<L, () => OptimizerLoweringOutput>, "sgd" | "lion" | "adafactor"> {
  const lower =
    <I extends readonly Ref[], A>(
      step: (arithmetic: Arithmetic<string>, inputs: Tensors<I>, attributes: A) => readonly string[],
    ) =>
    (l: L, { inputs, attributes, types }: Stepping<I, A>): (() => OptimizerLoweringOutput)[] => {
      let made: readonly string[] | undefined;
      const results = (): readonly string[] =>
        (made ??= step(
          arithmeticOf(l, types[0].shape.length),
          inputs.map((ref) => l.full(ref)) as Tensors<I>,
          attributes,
        ));
      return types.map((_, output) => () => ({ full: results()[output]! }));
    };
  return { sgd: lower(sgdStep), lion: lower(lionStep), adafactor: lower(adafactorStep) };
}
