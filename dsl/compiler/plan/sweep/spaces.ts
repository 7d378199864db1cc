/** `vary`: paths of data, model and recipe, each with a search space. */
import { verbParametersOf } from "../definitions.js";
import type { Program } from "../program.js";
import { replacementFix, type DiagnosticDetails } from "../../../language/diagnostics/reporter.js";
import { nearestWord } from "../../../language/diagnostics/nearest-word.js";
import type { Parameter } from "../../../language/types/registry.js";
import type { BlockNode, Entry, Expression, WordNode } from "../../../language/syntax/tree.js";
import { readForeignSearchSpace } from "./foreign-spaces.js";
import type { SettingSearchSpace } from "./sweep-plan.js";
import { searchSpaceOf } from "./space.js";
import {
  pathOfForeignName,
  nearestSweptPath,
  sweptParameterAt,
  sweptPathRoots,
  type SweptDefinitionValues,
} from "./varied.js";

/**
 * Returns the varied settings by their written path; undefined if there is an error (reported) or a fact is missing.
 */
export function sweptSearchSpaces(
  program: Program,
  block: BlockNode,
  given: SweptDefinitionValues,
  /** Definitions whose values are unknown: missing, or with an error already reported. */
  unsure: readonly (keyof SweptDefinitionValues)[] = [],
): Readonly<Record<string, SettingSearchSpace>> | undefined {
  const spaces: Record<string, SettingSearchSpace> = {};
  const seen = new Set<string>();
  let whole = true;
  for (const entry of block.entries) {
    const found = settingAt(program, entry, block, given, unsure);
    const name = found?.name ?? entry.key.text;
    if (seen.has(name)) program.report("duplicate-key", { key: entry.key.text }, entry.key.span);
    seen.add(name);
    const space = found && entry.value && spaceIn(program, entry, found);
    if (space) spaces[name] = space;
    else whole = false;
  }
  return whole && within(program, block, seen) ? spaces : undefined;
}

interface Setting {
  readonly name: string;
  readonly parameter: Parameter;
}

function settingAt(
  program: Program,
  { key, value }: Entry,
  block: BlockNode,
  given: SweptDefinitionValues,
  unsure: readonly (keyof SweptDefinitionValues)[],
): Setting | undefined {
  const found = sweptParameterAt(program, key.path, given);
  if (!found) {
    const near = unknownPath(program, key, block, given, unsure);
    if (value) isSpace(program, value, near ?? key.text);
    return undefined;
  }
  if (!value) return undefined;
  if (found.variedAs === key.path.join(".")) return { name: found.variedAs, parameter: found };
  return { name: key.path.join("."), parameter: found };
}

/** Reports an unknown path with the likely intended one, or the existing ones. @returns the intended path */
function unknownPath(
  program: Program,
  key: Entry["key"],
  block: BlockNode,
  given: SweptDefinitionValues,
  unsure: readonly (keyof SweptDefinitionValues)[],
): string | undefined {
  const root = key.path[0] ?? key.text;
  const roots = sweptPathRoots(program);
  const near = program.reporter.crowded
    ? undefined
    : key.path.length > 1
      ? nearestSweptPath(program, key.path, given)
      : (pathOfForeignName(program, root) ?? nearestWord(root, roots));
  const untold = (verb: keyof SweptDefinitionValues): boolean =>
    !given[verb].has(root) && verbParametersOf(program, verb).some(({ name }) => name === root);
  if ((near === undefined || near === root) && unsure.some(untold)) return undefined;
  const more: DiagnosticDetails =
    near && !block.entries.some((one) => one.key.text === near) ? { fix: replacementFix(key.span, near) } : {};
  const why = near && near !== root ? `write \`${near}\`` : `settings that may vary start with ${roots.join(", ")}`;
  program.report("not-varied", { path: key.text, why }, key.span, more);
  return near;
}

function spaceIn(program: Program, { value }: Entry, { name, parameter }: Setting): SettingSearchSpace | undefined {
  return value && isSpace(program, value, name) ? searchSpaceOf(program, value, parameter, name) : undefined;
}

/** Whether a value is a search space; else reports it. */
function isSpace(program: Program, value: Expression, path: string): value is WordNode {
  const foreign = readForeignSearchSpace(program, value);
  if (foreign) {
    const fix = foreign.text === undefined ? {} : { fix: replacementFix(value.span, foreign.text) };
    program.report("not-varied", { path, why: foreign.why }, value.span, fix);
    return false;
  }
  if (value.is === "word" && program.registry.find("space", value.text)) return true;
  const why = "write a space: `choice(…)`, `log(a..b)` or `uniform(a..b)`";
  program.report("not-varied", { path, why }, value.span);
  return false;
}

/**
 * Checks that no path varies a part of what another path varies entirely, because it would be unclear which one
 * applies.
 */
function within(program: Program, { entries }: BlockNode, names: ReadonlySet<string>): boolean {
  for (const { key } of entries) {
    const whole = key.path.slice(0, -1).map((_, i) => key.path.slice(0, i + 1).join("."));
    const other = whole.find((name) => names.has(name));
    if (other === undefined) continue;
    const part = key.path.slice(other.split(".").length).join(".");
    const why = `\`${other}\` varies as one choice: write it there, as in \`${other}: choice(…(${part}: choice(…)))\``;
    program.report("not-varied", { path: key.text, why }, key.span);
    return false;
  }
  return true;
}
