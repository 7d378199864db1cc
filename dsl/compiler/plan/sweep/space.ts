/** One space of `vary`: a choice of values as they would be written, or a range of numbers; calls may nest spaces. */
import { wordKindsIn } from "../../../language/types/parts.js";
import type { Program } from "../program.js";
import { replacementFix } from "../../../language/diagnostics/reporter.js";
import { typedCall } from "../../../language/types/calls.js";
import { numberOrShare } from "../../../language/types/numeric.js";
import { typedValue } from "../../../language/types/values.js";
import type { Parameter, ValueType } from "../../../language/types/registry.js";
import type { Argument, Expression, WordNode } from "../../../language/syntax/tree.js";
import { nearestWord } from "../../../language/diagnostics/nearest-word.js";
import type { NestedCall, SettingSearchSpace } from "./sweep-plan.js";
import type { Value } from "../../../language/types/value.js";

type Range = Exclude<SettingSearchSpace, { space: "choice" }>;

/** `path`: name of the setting in messages. Undefined if there is an error (reported) or a fact is missing. */
export function searchSpaceOf(
  program: Program,
  node: WordNode,
  parameter: Parameter,
  path: string,
): SettingSearchSpace | undefined {
  const word = program.registry.find("space", node.text);
  const drawn = word?.capabilities?.distribution;
  if (!word || !drawn) return undefined;
  if (drawn === "choice") return choiceOf(program, node, parameter, path);
  const range = node.arguments?.find((one) => !one.key || one.key.text === "range")?.value;
  const written = range?.is === "range" ? range : undefined;
  const number = numberIn(parameter.type, [written?.from, written?.to]);
  if (!number || number.unit === "duration" || number.unit === "bytes") {
    program.report("not-varied", { path, why: "write `choice(…)` with the values to try" }, node.span);
    return undefined;
  }
  if (!written) {
    program.report("missing-argument", { word: node.text, names: ["range"], example: word.example }, node.span);
    return undefined;
  }
  // Arguments of a space other than its range are defined in its record.
  const call = typedCall(node, word, { path, key: path }, program.typing(new Map()));
  const expected = { path, key: path, parameter };
  if (!call) return undefined;
  const value = typedValue(written, { is: "range", of: number }, expected, program.typing(new Map()));
  if (value === undefined || value === null || typeof value !== "object" || !("from" in value)) return undefined;
  const { from, to } = value;
  if (drawn === "log" && from <= 0) {
    const details = { key: path, found: String(from), range: "greater than 0 on a logarithmic scale" };
    program.report("out-of-range", details, written.span);
    return undefined;
  }
  const shares = number.unit === "share" || (number.unit === "share-or-count" && isShare(written.to));
  const space: Range = {
    space: drawn,
    from,
    to,
    integer: number.integer === true || (number.unit === "share-or-count" && !shares),
    ...(shares && { share: true }),
  };
  const step = call.arguments["step"];
  return step === undefined || step === null ? space : stepped(program, node, space, step, path);
}
const isShare = (node: Expression): boolean => node.is === "number" && node.unit === "%";

/**
 * Restricts a range to multiples of a step from its start. The end must be on a step, so that it is clear whether it is
 * tried.
 */
function stepped(program: Program, node: WordNode, space: Range, written: Value, path: string): Range | undefined {
  const place = node.arguments?.find((one) => one.key?.text === "step")?.value.span ?? node.span;
  const step = numberOrShare(written) ?? 0;
  if (step <= 0 || (space.integer && !Number.isInteger(step))) {
    const range = space.integer ? "an integer, at least 1" : "greater than 0";
    program.report("out-of-range", { key: "step", found: String(step), range }, place);
    return undefined;
  }
  const steps = (space.to - space.from) / step;
  if (Math.abs(steps - Math.round(steps)) < 1e-9 && steps >= 1) return { ...space, step };
  const last = Number((space.from + Math.floor(steps + 1e-9) * step).toPrecision(12));
  const range = node.arguments?.find((one) => !one.key)?.value;
  const fix =
    range?.is === "range" && last > space.from ? { fix: replacementFix(range.to.span, shown(last, space)) } : {};
  const details = { path, step: shown(step, space), to: shown(space.to, space), last: shown(last, space) };
  program.report("uneven-steps", details, place, fix);
  return undefined;
}
const shown = (x: number, { share }: Range): string =>
  share ? `${String(Number((x * 100).toPrecision(12)))}%` : String(x);

function choiceOf(
  program: Program,
  node: WordNode,
  parameter: Parameter,
  path: string,
): SettingSearchSpace | undefined {
  const given = node.arguments ?? [];
  const list =
    given.length === 1 && given[0]?.value.is === "list" && !takesLists(parameter.type) ? given[0] : undefined;
  if (list?.value.is === "list") {
    const inside = program.textOf(list.value.span)?.slice(1, -1).trim() ?? "…";
    const why = `write the values without the list: \`choice(${inside})\``;
    program.report("not-varied", { path, why }, list.value.span, { fix: replacementFix(list.value.span, inside) });
    return undefined;
  }
  const options = given.map((a) => optionOf(program, a.value, parameter, path));
  if (options.length === 0) {
    const example = program.registry.find("space", node.text)?.example ?? "";
    program.report("missing-argument", { word: node.text, names: ["of"], example }, node.span);
    return undefined;
  }
  return options.every((settings) => settings !== undefined) ? { space: "choice", of: options } : undefined;
}
function takesLists(type: ValueType): boolean {
  return type.is === "list" || (type.is === "either" && type.of.some(takesLists));
}

function optionOf(
  program: Program,
  written: Expression,
  parameter: Parameter,
  path: string,
): Value | SettingSearchSpace | NestedCall | undefined {
  const plain = (): Value | undefined =>
    typedValue(written, parameter.type, { path, key: path, parameter }, program.typing(new Map()));
  if (written.is !== "word") return plain();
  if (program.registry.find("space", written.text)) return searchSpaceOf(program, written, parameter, path);
  const isSpace = (a: Argument): boolean =>
    a.key !== undefined && a.value.is === "word" && program.registry.find("space", a.value.text) !== undefined;
  const word = wordKindsIn(parameter.type)
    .map((kind) => program.registry.find(kind, written.text))
    .find((w) => w !== undefined);
  if (!written.arguments?.some(isSpace) || !word || word.planned) return plain();
  const spaced = (written.arguments ?? []).filter(isSpace);
  const nested = typedCall(
    { ...written, arguments: (written.arguments ?? []).filter((a) => !spaced.includes(a)) },
    word,
    { path, key: path },
    program.typing(new Map()),
  );
  const spaces: Record<string, SettingSearchSpace> = {};
  for (const argument of spaced) {
    const name = argument.key?.text ?? "";
    const inner = word.parameters.find((p) => p.name === name);
    if (!inner || argument.value.is !== "word") {
      const has = word.parameters.map((p) => p.name);
      const called = word.elsewhere?.[name];
      const near = called ?? nearestWord(name, has);
      const span = argument.key?.span ?? argument.span;
      program.report(
        "unknown-argument",
        { word: word.name, name, has, ...(near ? { nearest: near } : {}), ...(called ? { elsewhere: called } : {}) },
        span,
        near && has.includes(near) ? { fix: replacementFix(span, near) } : {},
      );
      return undefined;
    }
    const space = searchSpaceOf(program, argument.value, inner, `${path}.${name}`);
    if (!space) return undefined;
    spaces[name] = space;
  }
  return nested ? { nested, spaces } : undefined;
}
/** Returns the number type that a key takes; of several, the one in which the ends are written (shares or counts). */
function numberIn(
  type: ValueType,
  ends: readonly (Expression | undefined)[],
): Extract<ValueType, { is: "number" }> | undefined {
  if (type.is === "number") return type;
  if (type.is !== "either") return undefined;
  const numbers = type.of.flatMap((one) => numberIn(one, ends) ?? []);
  const shares = ends.some((end) => end && isShare(end));
  return numbers.find(({ unit }) => (unit === "share" || unit === "share-or-count") === shares) ?? numbers[0];
}
