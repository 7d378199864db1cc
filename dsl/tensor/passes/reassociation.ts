/**
 * Reorders arithmetic to save work: factors are multiplied together and taken out of sums, transposes are taken into
 * products. Sums of constants are not reordered: (x + 1e8) − 1e8 is not x + 0.
 */
import { isNodeOf } from "../op.js";
import type { Node } from "../program.js";
import { isFloat } from "../shape.js";
import { opTable } from "../table.js";
import type { Pass } from "./pass.js";
import { rewriteByRules, defineRule, buildMultiplyBy, type PatternMatch } from "./pattern.js";
import { rewriteProgram, type ProgramEdit } from "./rewrite.js";

export const reassociation: Pass = {
  name: "reassociation",
  doc: "Multiplies factors together, takes them out of sums, and takes transposes into products.",
  tolerance: 1e-6,
  run: (program) => rewriteProgram(program, () => REWRITE),
};

/** Well inside the range of f32 and bf16, so that a new factor cannot overflow or underflow. */
const modest = (x: number): boolean => Math.abs(x) >= 1e-30 && Math.abs(x) <= 1e30;
const isFloatRoot = (b: PatternMatch): boolean => isFloat(b.nodes[0]!.types[0]!.dtype);
/** Nothing else reads the node below the root, so it is removed. */
const alone = ({ within: [inner] }: PatternMatch, e: ProgramEdit): boolean => e.readers(inner!) === 1;

/** Reports whether a transpose swaps only the last two axes. */
function swapsLast(node: Node): boolean {
  if (!isNodeOf(node, opTable.transpose)) return false;
  const { order } = node.attributes;
  const n = order.length;
  return n >= 2 && order.every((axis, i) => axis === (i === n - 1 ? n - 2 : i === n - 2 ? n - 1 : i));
}
const flipped = (side: "transpose_a" | "transpose_b") => (b: PatternMatch, e: ProgramEdit) => {
  const [root, turn] = b.nodes;
  if (!swapsLast(turn!)) return undefined;
  const attributes = { ...root!.attributes, [side]: root!.attributes[side] !== true };
  return e.add("matmul", [b.values["x"]!, b.values["y"]!], attributes);
};
const factorOut = (b: PatternMatch, e: ProgramEdit) => {
  const sum = e.add(b.nodes[0]!.op, [b.values["x"]!], b.nodes[0]!.attributes);
  return buildMultiplyBy({ ...b, values: { x: sum } }, e, b.numbers["a"]!);
};

export const reassociationRules = [
  defineRule("multiply(multiply(x, #a), #b)", (b, e) => {
    const factor = b.numbers["a"]! * b.numbers["b"]!;
    return isFloatRoot(b) && modest(factor) ? buildMultiplyBy(b, e, factor) : undefined;
  }),
  defineRule("divide(x, #a)", (b, e) => {
    const factor = 1 / b.numbers["a"]!;
    return isFloatRoot(b) && modest(factor) ? buildMultiplyBy(b, e, factor) : undefined;
  }),
  defineRule("reduce_sum(multiply(x, #a))", factorOut, alone),
  defineRule("reduce_mean(multiply(x, #a))", factorOut, alone),
  defineRule("matmul(transpose(x), y)", flipped("transpose_a")),
  defineRule("matmul(x, transpose(y))", flipped("transpose_b")),
];
const REWRITE = rewriteByRules(reassociationRules);
