/** How one node of the stock graph is translated: what every entry of the table is given. */
import type { GraphNode } from "../tensorflow/saved-model.js";
import type { MilValue, MilProgram } from "./mil.js";
import type { CoreMlTypeName } from "./proto.js";

/** One node under way: its inputs as they are in the program, its attributes. */
export interface TranslationContext {
  readonly mil: MilProgram;
  readonly node: GraphNode;
  readonly inputs: readonly MilValue[];
  /** The name that the first output must have; absent: any. */
  readonly name?: string;
  int(attribute: string): number;
  flag(attribute: string): boolean;
  type(attribute: string): CoreMlTypeName;
}
export type NodeTranslation = (t: TranslationContext) => MilValue | readonly MilValue[];

/** Whole numbers are mostly axes and sizes, which operations take in their own way: they are written where they are read as a tensor. */
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
