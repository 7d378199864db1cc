/** Tables of a word's parameters and of its other names. */
import { boundText, describeType } from "#dsl/language/types/shapes.js";
import type { Parameter, Word } from "#dsl/language/types/registry.js";
import { valueText } from "#kernel/host/value-text.js";
import { code, table } from "#kernel/display/markdown.js";

export function parametersTable(parameters: readonly Parameter[]): string {
  const built = parameters.filter((p) => !p.planned);
  if (built.length === 0) return "";
  return table(
    ["name", "is", "default", "why", "impact"],
    built.map((p) => [
      `${code(p.name)}${p.positional ? " (the name may be left out)" : ""}`,
      [p.doc, isText(p)].join(" "),
      defaultText(p),
      `${p.why ?? ""}${p.related ? ` Related: ${p.related.map(code).join(", ")}.` : ""}`,
      p.impact,
    ]),
  );
}

/** Parameters and keys that are designed but not built. */
export function plannedParameters(parameters: readonly Parameter[]): string {
  const planned = parameters.flatMap((p) => (p.planned ? [{ name: p.name, ...p.planned }] : []));
  if (planned.length === 0) return "";
  return `Known, not built yet: ${planned.map((p) => `${code(p.name)} (meanwhile: ${p.meanwhile})`).join("; ")}.`;
}

/** Names of the word in other tools; diagnostics answer them with the word to write. */
export function elsewhereText(word: Word): string {
  const names = Object.entries(word.elsewhere ?? {});
  if (names.length === 0) return "";
  return `Called elsewhere: ${names.map(([other, ours]) => `${code(other)} (here ${code(ours)})`).join(", ")}.`;
}

function isText(p: Parameter): string {
  return [
    `_${describeType(p.type).replace(/\ba (?=[aeiou])/g, "an ")}_`,
    rangeText(p),
    p.open && "any further name takes the same",
  ]
    .filter(Boolean)
    .join("; ");
}
function rangeText(p: Parameter): string {
  if (!p.range) return "";
  const { exclusive } = p.range;
  const [min, max] = [p.range.min, p.range.max].map((of) => (of === undefined ? of : boundText(p, of)));
  const least = min === undefined ? "" : exclusive ? `more than ${min}` : `from ${min}`;
  const most = max === undefined ? "" : exclusive ? `at most ${max}` : `to ${max}`;
  return [least, most].filter(Boolean).join(exclusive ? " and " : " ");
}
function defaultText(p: Parameter): string {
  if (!p.default) return p.required ? "must be given" : "–";
  return "derived" in p.default ? p.default.derived : code(valueText(p.default.value));
}
