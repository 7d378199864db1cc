/** Resolves a path of `vary` to a setting of the data, model or recipe of a sweep. */
import { nearestWord } from "../../../language/diagnostics/nearest-word.js";
import { parameterAtPath } from "../../../language/types/keys.js";
import { defaultCall, wordKindsIn, findNestedParameter } from "../../../language/types/parts.js";
import type { GivenValue } from "../../../language/types/value.js";
import type { Parameter } from "../../../language/types/registry.js";
import { verbParametersOf } from "../definitions.js";
import type { Program } from "../program.js";

/** Verbs whose settings vary, and the values of the swept definitions. */
export const SWEPT_VERBS = ["data", "model", "recipe"] as const;
export type SweptDefinitionValues = Readonly<Record<(typeof SWEPT_VERBS)[number], ReadonlyMap<string, GivenValue>>>;

/** Returns undefined if there is no such setting. */
export function sweptParameterAt(
  program: Program,
  path: readonly string[],
  given: SweptDefinitionValues,
): Parameter | undefined {
  const whole = path.join(".");
  const [root = "", ...rest] = path;
  for (const verb of SWEPT_VERBS) {
    const parameters = verbParametersOf(program, verb).filter((p) => !p.planned);
    const named = parameters.find((p) => p.variedAs === whole);
    if (named) return named;
    const parameter = parameters.find((p) => p.name === root);
    if (!parameter) continue;
    if (rest.length === 0) return parameter;
    const standing = given[verb].get(root)?.value ?? defaultCall(parameter);
    const part = standing === undefined ? undefined : parameterAtPath(program, standing, rest, parameter.type);
    if (part && "parameter" in part) return part.parameter;
    for (const kind of wordKindsIn(parameter.type)) {
      const inner = program.registry
        .ofKind(kind)
        .flatMap((w) => w.parameters)
        .find((p) => p.name === rest[0] && rest.length === 1);
      if (inner && standing === undefined) return inner;
    }
  }
  return undefined;
}

/** Returns the first parts of all valid paths. */
export function sweptPathRoots(program: Program): readonly string[] {
  return [...SWEPT_VERBS]
    .reverse()
    .flatMap((verb) => verbParametersOf(program, verb).filter((p) => !p.planned))
    .map((p) => p.name);
}

/** Returns the path meant by another tool's name: `lr`, `learning_rate`, `per_device_train_batch_size`. */
export function pathOfForeignName(program: Program, name: string): string | undefined {
  const owners = ["recipe", "model", "data"].flatMap((verb) => program.registry.find("verb", verb) ?? []);
  const verbs = owners.flatMap((one) => program.registry.verbs().find((verb) => verb.name === one.name) ?? []);
  for (const verb of verbs) {
    const called = verb.elsewhere?.[name];
    if (called !== undefined && verb.parameters.some((p) => p.name === called)) return called;
  }
  for (const verb of verbs) {
    const part = findNestedParameter(program, name, verb, verb.parameters);
    if (part) return `${part.key}.${part.inner}`;
  }
  return undefined;
}

/** For a word written as if it were a key (`lora.rank`): returns the keys that take it. */
function ofWord(program: Program, word: string): readonly string[] {
  const takes = (kind: string): boolean => program.registry.ofKind(kind).some(({ name }) => name === word);
  return SWEPT_VERBS.flatMap((verb) => verbParametersOf(program, verb))
    .filter(({ type }) => wordKindsIn(type).some(takes))
    .map(({ name }) => name);
}

/**
 * Returns the path meant by `optimizer.lr` or `optimiser.learning_rate`, if its end or start is another tool's name or
 * is close to a valid one.
 */
export function nearestSweptPath(
  program: Program,
  [root = "", ...rest]: readonly string[],
  given: SweptDefinitionValues,
): string | undefined {
  const part = rest.join(".");
  const whole = (path: string): string | undefined =>
    sweptParameterAt(program, path.split("."), given) ? path : undefined;
  const roots = sweptPathRoots(program);
  if (!roots.includes(root)) {
    const matches = ofWord(program, root).map((key) => whole(`${key}.${part}`));
    const match = matches.find((path) => path !== undefined);
    if (match !== undefined) return match;
    const near = nearestWord(root, roots);
    return near === undefined
      ? undefined
      : (whole(`${near}.${part}`) ?? nearestSweptPath(program, [near, ...rest], given));
  }
  const called = pathOfForeignName(program, part);
  if (called?.startsWith(`${root}.`)) return whole(called);
  const owner = SWEPT_VERBS.flatMap((verb) => verbParametersOf(program, verb)).find((p) => p.name === root);
  const words = owner ? wordKindsIn(owner.type).flatMap((kind) => program.registry.ofKind(kind)) : [];
  const names = [...new Set(words.flatMap(({ parameters }) => parameters.map((p) => p.name)))];
  const near =
    words.flatMap(({ elsewhere }) => elsewhere?.[part] ?? []).find((name) => names.includes(name)) ??
    nearestWord(part, names);
  return near === undefined ? undefined : whole(`${root}.${near}`);
}
