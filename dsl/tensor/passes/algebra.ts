/**
 * Algebra that keeps every bit: identities, double negation, casts, reshapes and transposes that undo each other. Rules
 * apply only where the replacement has the type of what it replaces: `slice(x) → x` is that of a slice of everything.
 * x + 0 stays: it turns −0 into 0. It goes only where x is never −0, and x − 0 and x + −0, which change nothing, always go.
 */
import { isNodeOf } from "../op.js";
import type { DType, Node } from "../program.js";
import { isFloat } from "../shape.js";
import { opOf, table } from "../table.js";
import type { Pass } from "./pass.js";
import { applyRules, rule, scaled, type Bound } from "./pattern.js";
import { rewrite, type Edit } from "./rewrite.js";

export const algebra: Pass = {
  name: "algebra",
  doc: "Drops what changes nothing: factors of 1, double negations, casts, reshapes and transposes that undo each other.",
  tolerance: 0,
  run: (program) => rewrite(program, () => REWRITE),
};

function noMinusZero({ values: { x } }: Bound, edit: Edit): boolean {
  return edit.typeOf(x!).dtype === "i32" || opOf(edit.nodeOf(x!))?.neverMinusZero === true;
}
const typeOfRoot = (b: Bound): DType => b.nodes[0]!.types[0]!.dtype;
const isFloatRoot = (b: Bound): boolean => isFloat(typeOfRoot(b));
/** The order of a transposition. */
const orderOf = (node: Node | undefined): readonly number[] =>
  node && isNodeOf(node, table.transpose) ? node.attributes.order : [];
/** Of a reduction: it goes over no axis. */
function overNothing({ nodes: [node] }: Bound): boolean {
  const axes = node?.attributes["axes"];
  return Array.isArray(axes) && axes.length === 0;
}

/** Every value of the first dtype is one of the second. */
const FITS: Readonly<Record<DType, readonly DType[]>> = {
  bool: ["bool", "i32", "f32", "f64", "bf16"],
  bf16: ["bf16", "f32", "f64"],
  f32: ["f32", "f64"],
  f64: ["f64"],
  i32: ["i32", "f64"],
  i8: ["i8", "i32", "f32", "f64", "bf16"],
  u8: ["u8", "i32", "f32", "f64", "bf16"],
};

export const rules = [
  rule("multiply(x, 1)", "x"),
  rule("divide(x, 1)", "x"),
  rule("subtract(x, 0)", "x"),
  rule("add(x, -0)", "x"),
  rule("add(x, 0)", "x", noMinusZero),
  rule("negate(negate(x))", "x"),
  rule("multiply(x, -1)", "negate(x)", isFloatRoot),
  rule("divide(x, -1)", "negate(x)", isFloatRoot),
  rule("add(x, negate(y))", "subtract(x, y)"),
  rule("subtract(x, negate(y))", "add(x, y)"),
  rule("multiply(negate(x), negate(y))", "multiply(x, y)"),
  rule("multiply(negate(x), #a)", (b, e) => scaled(b, e, -b.numbers["a"]!)),
  rule("negate(multiply(x, #a))", (b, e) => scaled(b, e, -b.numbers["a"]!)),
  rule("square(negate(x))", "square(x)"),
  rule("square(abs(x))", "square(x)"),
  rule("abs(negate(x))", "abs(x)"),
  rule("abs(abs(x))", "abs(x)"),
  rule("relu(relu(x))", "relu(x)"),
  rule("maximum(x, x)", "x"),
  rule("minimum(x, x)", "x"),
  rule("select(c, x, x)", "x"),
  rule("select(1, x, y)", "x"),
  rule("select(0, x, y)", "y"),
  rule("cast(x)", "x"),
  rule("cast(cast(x))", ({ values: { x }, nodes: [outer, inner] }, e) => {
    const fits = FITS[e.typeOf(x!).dtype].includes(inner!.types[0]!.dtype);
    return fits ? e.add("cast", [x!], outer!.attributes) : undefined;
  }),
  rule("reshape(x)", "x"),
  rule("reshape(reshape(x))", ({ values: { x }, nodes: [outer] }, e) => e.add("reshape", [x!], outer!.attributes)),
  rule("transpose(x)", ({ values: { x }, nodes: [node] }) =>
    orderOf(node).every((axis, i) => axis === i) ? x : undefined,
  ),
  rule("transpose(transpose(x))", ({ values: { x }, nodes: [outer, inner] }, e) => {
    const before = orderOf(inner);
    return e.add("transpose", [x!], { order: orderOf(outer).map((axis) => before[axis]!) });
  }),
  rule("transpose(outer_product(x, y))", "outer_product(y, x)"),
  rule("slice(x)", "x"),
  rule("pad(x)", "x"),
  rule("concat(x)", "x"),
  rule("reduce_sum(x)", "x", overNothing),
  rule("reduce_mean(x)", "x", overNothing),
  rule("reduce_max(x)", "x", overNothing),
];
const REWRITE = applyRules(rules);
