/**
 * Reads `where` of a sweep: constraints between the varied values, such as `at_most(batch_size, 8)`. A constraint is a word of
 * the kind `relation`; its operands are paths of settings, numbers or terms of both.
 */
import { nearestWord } from "../../../language/diagnostics/nearest-word.js";
import { replacementFix } from "../../../language/diagnostics/reporter.js";
import { pathSpan, type Expression, type WordNode } from "../../../language/syntax/tree.js";
import { describeExpression } from "../../../language/types/shapes.js";
import { numberOrShare } from "../../../language/types/numeric.js";
import type { Call, Value } from "../../../language/types/value.js";
import {
  isNestedCall,
  isSearchSpace,
  type NestedCall,
  type SettingSearchSpace,
  type SweepRelation,
  type RelationTerm,
} from "./sweep-plan.js";
import type { Plan } from "../plan.js";
import type { Program } from "../program.js";
import { isCall } from "../value.js";

/** Key that limits a relation to trials with a given word. */
const WHEN = "when";

/** Range of the values that a path may take. */
interface Reach {
  readonly least: number;
  readonly most: number;
}

/** Returns the constraints; undefined if there is an error (reported). */
export function relationsIn(
  program: Program,
  value: Expression,
  vary: Readonly<Record<string, SettingSearchSpace>>,
  plan: Plan,
): readonly SweepRelation[] | undefined {
  const reaches = reachesOf(vary, plan);
  const items = value.is === "list" ? value.items : [value];
  const read = items.map((item) => relationOf(program, item, { reaches, vary }));
  return read.every((one) => one !== undefined) ? read : undefined;
}

function relationOf(
  program: Program,
  node: Expression,
  {
    reaches,
    vary,
  }: { readonly reaches: ReadonlyMap<string, Reach>; readonly vary: Readonly<Record<string, SettingSearchSpace>> },
): SweepRelation | undefined {
  if (node.is !== "word" || !node.arguments) {
    const wanted = `a relation, for example \`${program.registry.ofKind("relation")[0]?.example ?? ""}\``;
    program.report("wrong-type", { key: "where", wanted, found: describeExpression(node) }, node.span);
    return undefined;
  }
  const has = wordOf(program, node, "relation");
  if (!has) return undefined;
  const only = node.arguments.find(({ key }) => key?.text === WHEN);
  const sides = node.arguments.filter((one) => one !== only);
  const [left, right, extra] = sides;
  if (!left || !right) {
    const wanted = has.parameters.filter((p) => p.required);
    const names = wanted.slice(sides.length).map((p) => p.name);
    program.report("missing-argument", { word: node.text, names, example: has.example }, pathSpan(node));
    return undefined;
  }
  if (extra) {
    program.report("too-many-arguments", { word: node.text, positional: 2 }, extra.span);
    return undefined;
  }
  const terms = [termOf(program, left.value, reaches), termOf(program, right.value, reaches)] as const;
  const [one, other] = terms;
  if (!one || !other) return undefined;
  const ends = (term: RelationTerm): readonly number[] => {
    const { least, most } = reachOf(program, term, reaches);
    return [least, most];
  };
  const holds = program.registry.find("relation", node.text)?.capabilities?.isSatisfied;
  if (!ends(one).some((a) => ends(other).some((b) => holds?.(a, b)))) {
    program.report("never-holds", { relation: program.textOf(node.span) ?? node.text }, node.span);
    return undefined;
  }
  const when = only && whenIn(program, only.value, vary);
  if (only && !when) return undefined;
  return { relation: node.text, terms: [one, other], ...(when && { when }) };
}

/** Returns the path that may take the given word. Undefined if there is none (reported). */
function whenIn(
  program: Program,
  node: Expression,
  vary: Readonly<Record<string, SettingSearchSpace>>,
): SweepRelation["when"] | undefined {
  const words = Object.entries(vary).flatMap(([path, space]) =>
    space.space === "choice"
      ? space.of.flatMap((option) => wordOfOption(option) ?? []).map((word) => ({ path, word }))
      : [],
  );
  const has = [...new Set(words.map(({ word }) => word))];
  if (node.is !== "word" || node.arguments) {
    const wanted = `a word that the sweep varies${has.length > 0 ? `, for example \`${has[0] ?? ""}\`` : ""}`;
    program.report("wrong-type", { key: WHEN, wanted, found: describeExpression(node) }, node.span);
    return undefined;
  }
  const found = words.find(({ word }) => word === node.text);
  if (found) return found;
  const near = nearestWord(node.text, has);
  program.report(
    "unknown-choice",
    { key: WHEN, found: node.text, of: has, ...(near !== undefined && { nearest: near }) },
    node.span,
    near === undefined ? {} : { fix: replacementFix(node.span, near) },
  );
  return undefined;
}

function termOf(program: Program, node: Expression, reaches: ReadonlyMap<string, Reach>): RelationTerm | undefined {
  if (node.is === "number" && (node.unit === "" || node.unit === "%"))
    return { number: node.unit === "%" ? Number((node.value / 100).toPrecision(12)) : node.value };
  if (node.is !== "word") {
    const wanted = "a path such as `technique.rank`, a number, or a product of them";
    program.report("wrong-type", { key: "where", wanted, found: describeExpression(node) }, node.span);
    return undefined;
  }
  if (node.arguments) {
    if (!wordOf(program, node, "term")) return undefined;
    const terms = node.arguments.map((argument) => termOf(program, argument.value, reaches));
    return terms.every((one) => one !== undefined) ? { term: node.text, of: terms } : undefined;
  }
  if (reaches.has(node.text)) return { path: node.text };
  const has = [...reaches.keys()];
  const near = nearestWord(node.text, has) ?? has.find((path) => path.endsWith(`.${node.text}`));
  const fix = near === undefined ? {} : { fix: replacementFix(node.span, near) };
  program.report(
    "no-number-there",
    { path: node.text, has, ...(near !== undefined && { nearest: near }) },
    node.span,
    fix,
  );
  return undefined;
}

function wordOf(program: Program, node: WordNode, kind: "relation" | "term") {
  const record = program.registry.find(kind, node.text);
  if (record) return record;
  const words = program.registry.ofKind(kind);
  const has = words.map(({ name }) => name);
  const near = words.find(({ elsewhere }) => elsewhere?.[node.text])?.name ?? nearestWord(node.text, has);
  const details = { word: node.text, kind, key: "where", has, ...(near !== undefined && { nearest: near }) };
  program.report(
    "unknown-word",
    details,
    pathSpan(node),
    near === undefined ? {} : { fix: replacementFix(pathSpan(node), near) },
  );
  return undefined;
}

function reachOf(program: Program, term: RelationTerm, reaches: ReadonlyMap<string, Reach>): Reach {
  if ("number" in term) return { least: term.number, most: term.number };
  if ("path" in term)
    return reaches.get(term.path) ?? { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
  const all = term.of.map((one) => reachOf(program, one, reaches));
  const compute = program.registry.find("term", term.term)?.capabilities?.compute;
  const made = (numbers: readonly number[]): number => compute?.(numbers) ?? Number.NaN;
  return { least: made(all.map(({ least }) => least)), most: made(all.map(({ most }) => most)) };
}

/**
 * Returns the range of every numeric path: varied ones, those within varied values, and those set in the definitions.
 */
function reachesOf(vary: Readonly<Record<string, SettingSearchSpace>>, { recipe }: Plan): ReadonlyMap<string, Reach> {
  const found = new Map<string, Reach>();
  const add = (path: string, least: number, most: number): void => {
    const before = found.get(path);
    found.set(path, { least: Math.min(least, before?.least ?? least), most: Math.max(most, before?.most ?? most) });
  };
  const values = (path: string, value: Value | undefined): void => {
    const number = value === undefined || value === null ? undefined : numberOrShare(value);
    if (number !== undefined) add(path, number, number);
    else if (value !== undefined && isCall(value)) calls(path, value);
    else if (value !== undefined && value !== null && typeof value === "object" && "record" in value)
      for (const [key, inner] of Object.entries(value.record)) values(`${path}.${key}`, inner);
  };
  const calls = (path: string, call: Call): void => {
    for (const [key, inner] of Object.entries(call.arguments)) values(`${path}.${key}`, inner);
  };
  const spaces = (path: string, space: SettingSearchSpace): void => {
    if (space.space !== "choice") return add(path, space.from, space.to);
    for (const option of space.of) {
      if (isSearchSpace(option)) spaces(path, option);
      else if (isNestedCall(option)) {
        calls(path, option.nested);
        for (const [key, inner] of Object.entries(option.spaces)) spaces(`${path}.${key}`, inner);
      } else values(path, option);
    }
  };
  for (const [path, space] of Object.entries(vary)) spaces(path, space);
  const varied = new Set(Object.keys(vary).map((path) => path.split(".")[0]));
  for (const part of [recipe.training, recipe.model])
    for (const [key, value] of Object.entries(part) as [string, Value][]) if (!varied.has(key)) values(key, value);
  return found;
}
/** Returns the word of an option that is a word. */
export function wordOfOption(option: Value | SettingSearchSpace | NestedCall): string | undefined {
  if (isNestedCall(option)) return option.nested.word;
  return !isSearchSpace(option) && isCall(option) ? option.word : undefined;
}
