/** Lists the parts of a program that tfjs can't compute. */
import { isLeaf } from "#dsl/tensor/leaves.js";
import type { DType, Program } from "#dsl/tensor/program.js";
import type { OpRefusal } from "../engine.js";
import { TFJS_TYPES } from "./elementwise.js";
import { kernelOf, lowerForTfjs } from "./kernels.js";

export function refusedOps(program: Program): readonly OpRefusal[] {
  const found: OpRefusal[] = [];
  const check = (op: string, dtype: DType): void => {
    if (!(dtype in TFJS_TYPES)) found.push({ op, why: `tfjs has no ${dtype}` });
  };
  for (const node of lowerForTfjs(program).nodes) {
    if (!isLeaf(node) && !kernelOf(node.op)) found.push({ op: node.op, why: "tfjs has no kernel for it here" });
    for (const { dtype } of node.types) check(node.op, dtype);
  }
  for (const { type } of Object.values(program.state)) check("state", type.dtype);
  return found;
}
