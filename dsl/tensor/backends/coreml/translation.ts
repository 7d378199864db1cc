/** How one node of the stock graph is translated: what every entry of the table is given. */
import type { GraphNode } from "../tensorflow/saved-model.js";
import type { Known, Mil } from "./mil.js";
import type { TypeName } from "./proto.js";

/** One node under way: its inputs as they are in the program, its attributes. */
export interface Translating {
  readonly mil: Mil;
  readonly node: GraphNode;
  readonly inputs: readonly Known[];
  /** The name that the first output must have; absent: any. */
  readonly name?: string;
  int(attribute: string): number;
  flag(attribute: string): boolean;
  type(attribute: string): TypeName;
}
export type Translation = (t: Translating) => Known | readonly Known[];

/** Whole numbers are mostly axes and sizes, which operations take in their own way: they are written where they are read as a tensor. */
export function lazily(mil: Mil, shape: readonly number[], numbers: readonly number[]): Known {
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
