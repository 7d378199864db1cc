/** Context of translating one node of the stock graph, as passed to each entry of the table. */
import type { GraphNode } from "../tensorflow/saved-model.js";
import type { MilValue, MilProgram } from "./mil.js";
import type { CoreMlTypeName } from "./proto.js";

/** The node being translated: its inputs in the program, and its attributes. */
export interface TranslationContext {
  readonly mil: MilProgram;
  readonly node: GraphNode;
  readonly inputs: readonly MilValue[];
  /** Required name of the first output; unset for any. */
  readonly name?: string;
  int(attribute: string): number;
  flag(attribute: string): boolean;
  type(attribute: string): CoreMlTypeName;
}
export type NodeTranslation = (t: TranslationContext) => MilValue | readonly MilValue[];

/**
 * Integers are mostly axes and sizes, which operations take in their own form: they are written only when read as a
 * tensor.
 */
export function lazyConstant(mil: MilProgram, shape: readonly number[], numbers: readonly number[]): MilValue {
  let name: string | undefined;
  return {
    get name() {
      return (name ??= mil.tensor("i32", shape, numbers));
    },
    type: "i32",
    shape,
    known: numbers,
  };
}
