/**
 * Words of the vocabulary that other tools call by the same name. They are looked up in the registry, so that a newly
 * added word is carried over at once and never reported as unsupported.
 */
import type { WordKind, Registry, Word } from "#dsl/language/types/registry.js";
import { registry as vocabulary } from "#stdlib/registry.js";
import { wordCallText, asPercent } from "./write-program.js";
import { refusalAdvice } from "./refusals.js";
import type { ToolSettings } from "./settings.js";

/** Undefined: unsupported. `toolName`: the tool's name, in any case. */
export function findImplementedWord(
  kind: WordKind,
  toolName: string,
  registry: Registry = vocabulary,
): Word | undefined {
  const word = registry.find(kind, toolName.toLowerCase().replace(/[-\s]+/g, "_"));
  return word === undefined || word.planned ? undefined : word;
}
/** Reports whether a word can be written without arguments. */
const standsAlone = (word: Word): boolean => word.parameters.every(({ required }) => required !== true);

/** Reason why a requested word was not carried over; `taken`: its replacement. */
export function notCarriedReason(
  kind: WordKind,
  toolName: string,
  taken: string,
  registry: Registry = vocabulary,
): string {
  const word = findImplementedWord(kind, toolName, registry);
  return word ? `write \`${kind}: ${word.name}\`; ${taken}` : `the ${kind} is not supported; ${taken}`;
}

/**
 * Writes a schedule or an optimizer by its name. `given`: its arguments where it accepts them; `lost` is called for the
 * others. Undefined: it cannot be written this way.
 */
export function namedCallText(
  kind: "schedule" | "optimizer",
  toolName: string,
  given: Readonly<Record<string, string | number | undefined>>,
  lost: (name: string, why: string) => void,
  registry: Registry = vocabulary,
): string | undefined {
  const word = findImplementedWord(kind, toolName, registry);
  if (!word || !standsAlone(word)) return undefined;
  const takes = new Set(word.parameters.map(({ name }) => name));
  for (const name of Object.keys(given)) if (!takes.has(name)) lost(name, `\`${word.name}\` has none`);
  return wordCallText(word.name, Object.fromEntries(Object.entries(given).filter(([name]) => takes.has(name))));
}

/** Adds transformers' `label_smoothing_factor` to the task, if the task has such a setting. */
export function taskWithSmoothing(s: ToolSettings, task: string, registry: Registry = vocabulary): string {
  const factor = s.number("label_smoothing_factor");
  if (factor === undefined || factor === 0) return task;
  const word = registry.find("task", task.replace(/\(.*$/, ""));
  if (word?.parameters.some(({ name }) => name === "label_smoothing") !== true) {
    s.leave("label_smoothing_factor", "the task has no `label_smoothing`");
    return task;
  }
  const given = `label_smoothing: ${asPercent(factor)}`;
  return task.endsWith(")") ? `${task.slice(0, -1)}, ${given})` : `${task}(${given})`;
}

/** Translates a technique known only by its name; refuses unsupported ones. */
export function techniqueByName(
  s: ToolSettings,
  key: string,
  toolName: string,
  serves: string = refusalAdvice.technique,
  registry: Registry = vocabulary,
): string {
  const word = findImplementedWord("technique", toolName, registry);
  if (word && standsAlone(word)) return word.name;
  if (word) s.refuse(key, `\`${word.name}\`, without its settings`, "write it by hand");
  else s.refuse(key, "an unsupported technique", serves);
  return "full";
}
