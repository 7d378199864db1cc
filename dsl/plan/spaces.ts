/** `vary`: paths of model and recipe, each over a space; calls may nest spaces. */
import { partOf } from "../types/keys.js";
import { kindsIn, defaultCall, partNamed } from "../types/parts.js";
import type { Program } from "./program.js";
import type { Given } from "../types/given.js";
import { replace, type More } from "../diagnostics/reporter.js";
import { call as typedCall } from "../types/calls.js";
import { presentCall, presentPart } from "../types/deprecated.js";
import { typed } from "../types/values.js";
import type { Parameter, ValueType, Verb } from "../types/registry.js";
import type { Argument, BlockNode, Expression, WordNode } from "../syntax/tree.js";
import { nearest } from "../diagnostics/nearest.js";
import { parametersOf } from "./definitions.js";
import type { NestedCall, Space } from "./plan.js";
import type { Value } from "../types/value.js";

/** Settings that a path may name: of the model (`technique.rank`) and of the recipe (`optimizer.learning_rate`). */
export function spacesOf(
  program: Program,
  block: BlockNode,
  model: ReadonlyMap<string, Given>,
  recipe: ReadonlyMap<string, Given>,
): Readonly<Record<string, Space>> | undefined {
  const spaces: Record<string, Space> = {};
  let whole = true;
  for (const { key, value } of block.entries) {
    const found = parameterAt(program, key.path, model, recipe);
    const now = found && value && presentPart(program, key, value, found, key.path.at(-2) ?? "vary");
    const path = now ? [...key.path.slice(0, -1), now.name] : key.path;
    const parameter = now && now.name !== found?.name ? parameterAt(program, path, model, recipe) : found;
    const name = path.join(".");
    const refuse = (why: string, more: More = {}): void => {
      program.report("not-varied", { path: key.text, why }, value && parameter ? value.span : key.span, more);
      whole = false;
    };
    if (Object.hasOwn(spaces, name)) program.report("duplicate-key", { key: key.text }, key.span);
    else if (!parameter) {
      const root = key.path[0] ?? key.text;
      const roots = [...parametersOf(program, "model"), ...parametersOf(program, "recipe")]
        .filter((p) => !p.planned)
        .map((p) => p.name);
      const near = program.reporter.crowded ? undefined : (foreignPath(program, root) ?? nearest(root, roots));
      refuse(
        parametersOf(program, "data").some((p) => p.name === root)
          ? "settings of data can't vary yet: make one `data … like …` per variant"
          : near
            ? `write \`${near}\``
            : `model and recipe have: ${roots.join(", ")}`,
        near && key.path.length === 1 && !block.entries.some((one) => one.key.text === near)
          ? { fix: replace(key.span, near) }
          : {},
      );
    } else if (!value) whole = false;
    else if (value.is !== "word" || !program.registry.find("space", value.text))
      refuse("write a space: `choice(…)`, `log(a..b)` or `uniform(a..b)`");
    else {
      const space = spaceOf(program, value, parameter, name);
      if (space) spaces[name] = space;
      else whole = false;
    }
  }
  return whole ? spaces : undefined;
}

/** `lr`, `learning_rate`, `per_device_train_batch_size`: the path that is meant. */
function foreignPath(program: Program, name: string): string | undefined {
  const owners = ["recipe", "model"].flatMap((verb) => (program.registry.find("verb", verb) as Verb | undefined) ?? []);
  for (const owner of owners) {
    const called = owner.elsewhere?.[name];
    if (called !== undefined && owner.parameters.some((p) => p.name === called)) return called;
  }
  for (const owner of owners) {
    const part = partNamed(program, name, owner, owner.parameters);
    if (part) return `${part.key}.${part.inner}`;
  }
  return undefined;
}

function parameterAt(
  program: Program,
  path: readonly string[],
  model: ReadonlyMap<string, Given>,
  recipe: ReadonlyMap<string, Given>,
): Parameter | undefined {
  const [root = "", ...rest] = path;
  for (const [verb, given] of [
    ["model", model],
    ["recipe", recipe],
  ] as const) {
    const parameter = parametersOf(program, verb).find((p) => p.name === root && !p.planned);
    if (!parameter) continue;
    if (rest.length === 0) return parameter;
    const standing = given.get(root)?.value ?? defaultCall(parameter);
    const part = standing === undefined ? undefined : partOf(program, standing, rest, parameter.type);
    if (part && "parameter" in part) return part.parameter;
    for (const kind of kindsIn(parameter.type)) {
      const inner = program.registry
        .ofKind(kind)
        .flatMap((w) => w.parameters)
        .find((p) => p.name === rest[0] && rest.length === 1);
      if (inner && standing === undefined) return inner;
    }
  }
  return undefined;
}

function spaceOf(program: Program, node: WordNode, parameter: Parameter, path: string): Space | undefined {
  const word = program.registry.find("space", node.text);
  const drawn = word?.capabilities?.space;
  if (word && drawn === "choice") {
    const options = (node.arguments ?? []).map((a) => optionOf(program, a.value, parameter, path));
    if (options.length === 0) {
      program.report("missing-argument", { word: node.text, names: ["of"], example: word.example }, node.span);
      return undefined;
    }
    return options.every((o) => o !== undefined) ? { space: "choice", of: options } : undefined;
  }
  const number = numberIn(parameter.type);
  const range = node.arguments?.[0]?.value;
  if (!number || number.unit) {
    program.report("not-varied", { path, why: "write `choice(…)` with the values to try" }, node.span);
    return undefined;
  }
  if (range?.is !== "range") {
    program.report("missing-argument", { word: node.text, names: ["range"], example: word?.example ?? "" }, node.span);
    return undefined;
  }
  const value = typed(range, { is: "range", of: number }, { path, key: path, parameter }, program.typing(new Map()));
  if (value === undefined || value === null || typeof value !== "object" || !("from" in value)) return undefined;
  if (drawn === "log" && value.from <= 0) {
    program.report(
      "out-of-range",
      { key: path, found: String(value.from), range: "greater than 0 on a logarithmic scale" },
      range.span,
    );
    return undefined;
  }
  return {
    space: drawn === "log" ? "log" : "uniform",
    from: value.from,
    to: value.to,
    integer: number.integer === true,
  };
}

function optionOf(
  program: Program,
  written: Expression,
  parameter: Parameter,
  path: string,
): Value | Space | NestedCall | undefined {
  const plain = (): Value | undefined =>
    typed(written, parameter.type, { path, key: path, parameter }, program.typing(new Map()));
  if (written.is !== "word") return plain();
  if (program.registry.find("space", written.text)) return spaceOf(program, written, parameter, path);
  const isSpace = (a: Argument): boolean =>
    a.key !== undefined && a.value.is === "word" && program.registry.find("space", a.value.text) !== undefined;
  const named = kindsIn(parameter.type)
    .map((kind) => program.registry.find(kind, written.text))
    .find((w) => w !== undefined);
  if (!written.arguments?.some(isSpace) || !named || named.planned) return plain();
  const { node, record: word } = presentCall(written, named, program.typing(new Map()));
  const spaced = (node.arguments ?? []).filter(isSpace);
  const nested = typedCall(
    { ...node, arguments: (node.arguments ?? []).filter((a) => !spaced.includes(a)) },
    word,
    { path, key: path },
    program.typing(new Map()),
  );
  const spaces: Record<string, Space> = {};
  for (const argument of spaced) {
    const name = argument.key?.text ?? "";
    const inner = word.parameters.find((p) => p.name === name);
    if (!inner || argument.value.is !== "word") {
      const has = word.parameters.map((p) => p.name);
      const called = word.elsewhere?.[name];
      const near = called ?? nearest(name, has);
      const span = argument.key?.span ?? argument.span;
      program.report(
        "unknown-argument",
        { word: word.name, name, has, ...(near ? { nearest: near } : {}), ...(called ? { elsewhere: called } : {}) },
        span,
        near && has.includes(near) ? { fix: replace(span, near) } : {},
      );
      return undefined;
    }
    const space = spaceOf(program, argument.value, inner, `${path}.${name}`);
    if (!space) return undefined;
    spaces[name] = space;
  }
  return nested ? { nested, spaces } : undefined;
}
function numberIn(type: ValueType): Extract<ValueType, { is: "number" }> | undefined {
  if (type.is === "number") return type;
  return type.is === "either" ? type.of.map(numberIn).find((t) => t !== undefined) : undefined;
}
