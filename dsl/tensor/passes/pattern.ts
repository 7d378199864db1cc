/**
 * Rewrites as data: `rule("subtract(x, negate(y))", "add(x, y)")`. In a pattern, a name matches any value (the same
 * name twice: the same value), a number matches a constant all of whose elements equal it (−0 is not 0), and `#a` a
 * constant with one repeated number. Inputs match in any order if the op is commutative.
 */
import { isConstant } from "../leaves.js";
import type { NDArray, Node, Ref } from "../program.js";
import { sameShape } from "../shape.js";
import { opOf } from "../table.js";
import { fromNDArray, scalarNDArray } from "../values.js";
import type { ProgramEdit, RewriteNode } from "./rewrite.js";

export interface PatternMatch {
  readonly values: Readonly<Record<string, Ref>>;
  readonly numbers: Readonly<Record<string, number>>;
  /** The matched nodes in pattern order, the root first. */
  readonly nodes: readonly Node[];
  /** Refs of the nodes below the root. */
  readonly within: readonly Ref[];
}
export interface RewriteRule {
  /** Text of the rule: `negate(negate(x)) → x`. */
  readonly text: string;
  readonly pattern: Pattern;
  replace(bound: PatternMatch, edit: ProgramEdit): Ref | undefined;
}
export type Pattern =
  | { readonly any: string }
  | { readonly number: number }
  | { readonly constant: string }
  | { readonly op: string; readonly inputs: readonly Pattern[] };

/**
 * `to`: a pattern to build, or a function where attributes or numbers are computed. `when`: an additional condition.
 */
export function defineRule(
  from: string,
  to: string | ((bound: PatternMatch, edit: ProgramEdit) => Ref | undefined),
  when: (bound: PatternMatch, edit: ProgramEdit) => boolean = () => true,
): RewriteRule {
  const target = typeof to === "string" ? parsePattern(to) : undefined;
  const make = typeof to === "string" ? (b: PatternMatch, edit: ProgramEdit) => build(target!, b, edit) : to;
  return {
    text: typeof to === "string" ? `${from} → ${to}` : from,
    pattern: parsePattern(from),
    replace: (bound, edit) => (when(bound, edit) ? make(bound, edit) : undefined),
  };
}

/** Returns a rewrite that applies the first rule that matches and preserves the value's type. */
export function rewriteByRules(rules: readonly RewriteRule[]): RewriteNode {
  const byOp = new Map<string, RewriteRule[]>();
  for (const r of rules) {
    if (!("op" in r.pattern)) throw new Error(`a rule must begin with an op: ${r.text}`);
    byOp.set(r.pattern.op, [...(byOp.get(r.pattern.op) ?? []), r]);
  }
  return (node, edit) => {
    for (const r of byOp.get(node.op) ?? []) {
      if (node.types.length !== 1 || !("op" in r.pattern) || !mayFit(r.pattern, node, edit)) continue;
      for (const found of inputsMatch(r.pattern, node, edit, NOTHING)) {
        const ref = r.replace(found, edit);
        if (ref && sameType(edit, ref, node)) return [ref];
      }
    }
    return undefined;
  };
}

function sameType(edit: ProgramEdit, ref: Ref, node: Node): boolean {
  const [a, b] = [edit.typeOf(ref), node.types[0]!];
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

/** Returns the number that a constant repeats, if any. */
export function constantNumber(edit: ProgramEdit, ref: Ref): number | undefined {
  const node = edit.nodeOf(ref);
  if (!isConstant(node)) return undefined;
  const { value } = node.attributes;
  const known = repeated.get(value);
  if (known !== undefined) return known.number;
  const number = repeatedIn(value);
  repeated.set(value, { number });
  return number;
}

/** Cache of examined constants, as every rule examines each one. */
const repeated = new WeakMap<NDArray, { readonly number: number | undefined }>();
function repeatedIn(value: NDArray): number | undefined {
  // Large constants are not factors.
  if (value.bytes.length > 65_536) return undefined;
  const { data } = fromNDArray(value);
  const [first] = data;
  return first !== undefined && data.every((x) => Object.is(x, first)) ? first : undefined;
}

const NOTHING: PatternMatch = { values: {}, numbers: {}, nodes: [], within: [] };

/** Quick check: false if no input can match any of the pattern's inputs. */
function mayFit({ inputs }: Extract<Pattern, { op: string }>, node: Node, edit: ProgramEdit): boolean {
  if (inputs.length !== node.inputs.length) return false;
  return inputs.every((pattern) => "any" in pattern || node.inputs.some((ref) => looksLike(pattern, edit.nodeOf(ref))));
}
const looksLike = (pattern: Exclude<Pattern, { any: string }>, node: Node): boolean =>
  "op" in pattern ? node.op === pattern.op : isConstant(node);

function* inputsMatch(
  pattern: Extract<Pattern, { op: string }>,
  node: Node,
  edit: ProgramEdit,
  so: PatternMatch,
): Generator<PatternMatch> {
  if (node.inputs.length !== pattern.inputs.length) return;
  const here = { ...so, nodes: [...so.nodes, node] };
  yield* all(pattern.inputs, node.inputs, edit, here);
  if (opOf(node)?.commutes) yield* all(pattern.inputs, [...node.inputs].reverse(), edit, here);
}

function* all(
  patterns: readonly Pattern[],
  refs: readonly Ref[],
  edit: ProgramEdit,
  so: PatternMatch,
): Generator<PatternMatch> {
  const [first, ...rest] = patterns;
  if (!first) return yield so;
  for (const found of one(first, refs[0]!, edit, so)) yield* all(rest, refs.slice(1), edit, found);
}

function* one(pattern: Pattern, ref: Ref, edit: ProgramEdit, so: PatternMatch): Generator<PatternMatch> {
  if ("any" in pattern) {
    const known = so.values[pattern.any];
    if (!known) yield { ...so, values: { ...so.values, [pattern.any]: ref } };
    else if (known.node === ref.node && known.output === ref.output) yield so;
    return;
  }
  if ("op" in pattern) {
    const node = edit.nodeOf(ref);
    if (ref.output === 0 && node.types.length === 1 && node.op === pattern.op)
      yield* inputsMatch(pattern, node, edit, { ...so, within: [...so.within, ref] });
    return;
  }
  const number = constantNumber(edit, ref);
  if (number === undefined) return;
  if ("number" in pattern) {
    if (Object.is(number, pattern.number)) yield so;
  } else
    yield {
      ...so,
      numbers: { ...so.numbers, [pattern.constant]: number },
      values: { ...so.values, [`#${pattern.constant}`]: ref },
    };
}

function build(pattern: Pattern, bound: PatternMatch, edit: ProgramEdit): Ref {
  if ("any" in pattern) return bound.values[pattern.any]!;
  if ("constant" in pattern) return bound.values[`#${pattern.constant}`]!;
  if ("number" in pattern) return edit.constant(scalarNDArray(bound.nodes[0]!.types[0]!.dtype, pattern.number));
  return edit.add(
    pattern.op,
    pattern.inputs.map((p) => build(p, bound, edit)),
  );
}

/** Builds the pattern's `x` times a number, in the root's dtype. */
export function buildMultiplyBy(b: PatternMatch, edit: ProgramEdit, factor: number): Ref {
  return edit.add("multiply", [b.values["x"]!, edit.constant(scalarNDArray(b.nodes[0]!.types[0]!.dtype, factor))]);
}

export function parsePattern(text: string): Pattern {
  const tokens = text.match(/[#\w.-]+|[(),]/g) ?? [];
  let index = 0;
  const parse = (): Pattern => {
    const word = tokens[index++] ?? "";
    if (word.startsWith("#")) return { constant: word.slice(1) };
    if (/^-?\d/.test(word)) return { number: Number(word) };
    if (!/^[a-z]\w*$/.test(word)) throw new Error(`no pattern: ${text}`);
    if (tokens[index] !== "(") return { any: word };
    const inputs: Pattern[] = [];
    do {
      index++;
      inputs.push(parse());
    } while (tokens[index] === ",");
    if (tokens[index++] !== ")") throw new Error(`no pattern: ${text}`);
    return { op: word, inputs };
  };
  const pattern = parse();
  if (index !== tokens.length) throw new Error(`no pattern: ${text}`);
  return pattern;
}
