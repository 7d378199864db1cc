/**
 * Algebra that preserves every bit: identities, double negation, and casts, reshapes and transposes that cancel out. A
 * rule applies only if the replacement has the same type: `slice(x) → x` is only for a slice of everything. x + 0 turns
 * −0 into 0, so it is removed only where x is never −0; x − 0 and x + −0 change nothing and are always removed.
 */
import { isNodeOf } from "../op.js";
import type { DType, Node } from "../program.js";
import { isFloat } from "../shape.js";
import { opOf, opTable } from "../table.js";
import type { Pass } from "./pass.js";
import { rewriteByRules, defineRule, buildMultiplyBy, type PatternMatch } from "./pattern.js";
import { rewriteProgram, type ProgramEdit } from "./rewrite.js";

export const algebra: Pass = {
  name: "algebra",
  doc: "Drops what changes nothing: factors of 1, double negations, casts, reshapes and transposes that undo each other.",
  tolerance: 0,
  run: (program) => rewriteProgram(program, () => REWRITE),
};

function noMinusZero({ values: { x } }: PatternMatch, edit: ProgramEdit): boolean {
  return edit.typeOf(x!).dtype === "i32" || opOf(edit.nodeOf(x!))?.neverMinusZero === true;
}
const typeOfRoot = (b: PatternMatch): DType => b.nodes[0]!.types[0]!.dtype;
const isFloatRoot = (b: PatternMatch): boolean => isFloat(typeOfRoot(b));
const orderOf = (node: Node | undefined): readonly number[] =>
  node && isNodeOf(node, opTable.transpose) ? node.attributes.order : [];
/** Reports whether a reduction has no axes. */
function overNothing({ nodes: [node] }: PatternMatch): boolean {
  const axes = node?.attributes["axes"];
  return Array.isArray(axes) && axes.length === 0;
}

/** Dtypes that can represent every value of the key's dtype. */
const FITS: Readonly<Record<DType, readonly DType[]>> = {
  bool: ["bool", "i32", "f32", "f64", "bf16"],
  bf16: ["bf16", "f32", "f64"],
  f32: ["f32", "f64"],
  f64: ["f64"],
  i32: ["i32", "f64"],
  i8: ["i8", "i32", "f32", "f64", "bf16"],
  u8: ["u8", "i32", "f32", "f64", "bf16"],
};

export const algebraRules = [
  defineRule("multiply(x, 1)", "x"),
  defineRule("divide(x, 1)", "x"),
  defineRule("subtract(x, 0)", "x"),
  defineRule("add(x, -0)", "x"),
  defineRule("add(x, 0)", "x", noMinusZero),
  defineRule("negate(negate(x))", "x"),
  defineRule("multiply(x, -1)", "negate(x)", isFloatRoot),
  defineRule("divide(x, -1)", "negate(x)", isFloatRoot),
  defineRule("add(x, negate(y))", "subtract(x, y)"),
  defineRule("subtract(x, negate(y))", "add(x, y)"),
  defineRule("multiply(negate(x), negate(y))", "multiply(x, y)"),
  defineRule("multiply(negate(x), #a)", (b, e) => buildMultiplyBy(b, e, -b.numbers["a"]!)),
  defineRule("negate(multiply(x, #a))", (b, e) => buildMultiplyBy(b, e, -b.numbers["a"]!)),
  defineRule("square(negate(x))", "square(x)"),
  defineRule("square(abs(x))", "square(x)"),
  defineRule("abs(negate(x))", "abs(x)"),
  defineRule("abs(abs(x))", "abs(x)"),
  defineRule("relu(relu(x))", "relu(x)"),
  defineRule("maximum(x, x)", "x"),
  defineRule("minimum(x, x)", "x"),
  defineRule("select(c, x, x)", "x"),
  defineRule("select(1, x, y)", "x"),
  defineRule("select(0, x, y)", "y"),
  defineRule("cast(x)", "x"),
  defineRule("cast(cast(x))", ({ values: { x }, nodes: [outer, inner] }, e) => {
    const fits = FITS[e.typeOf(x!).dtype].includes(inner!.types[0]!.dtype);
    return fits ? e.add("cast", [x!], outer!.attributes) : undefined;
  }),
  defineRule("reshape(x)", "x"),
  defineRule("reshape(reshape(x))", ({ values: { x }, nodes: [outer] }, e) =>
    e.add("reshape", [x!], outer!.attributes),
  ),
  defineRule("transpose(x)", ({ values: { x }, nodes: [node] }) =>
    orderOf(node).every((axis, i) => axis === i) ? x : undefined,
  ),
  defineRule("transpose(transpose(x))", ({ values: { x }, nodes: [outer, inner] }, e) => {
    const before = orderOf(inner);
    return e.add("transpose", [x!], { order: orderOf(outer).map((axis) => before[axis]!) });
  }),
  defineRule("transpose(outer_product(x, y))", "outer_product(y, x)"),
  defineRule("slice(x)", "x"),
  defineRule("pad(x)", "x"),
  defineRule("concat(x)", "x"),
  defineRule("reduce_sum(x)", "x", overNothing),
  defineRule("reduce_mean(x)", "x", overNothing),
  defineRule("reduce_max(x)", "x", overNothing),
];
const REWRITE = rewriteByRules(algebraRules);
