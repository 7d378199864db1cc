/** Writes what was read from another tool's settings as a Tune program. */
import { escapeControlCharacters } from "#dsl/language/diagnostics/codes.js";
import { formatSource } from "#dsl/language/syntax/format.js";
import { registry } from "#stdlib/registry.js";
import { UnreadExpression, type UncarriedSetting } from "./settings.js";
import { maskedSettingText } from "./masked-value.js";

/** Tune text of each key; undefined: not set, so the default applies. */
export type TuneEntries = Readonly<Record<string, string | undefined>>;
export interface ProgramDraft {
  readonly data: TuneEntries;
  readonly model: TuneEntries;
  readonly recipe: TuneEntries;
  /** Notes that the user must check. */
  readonly notes: readonly string[];
}

const verbs = registry.verbs().map((verb) => verb.name);

/** Settings listed at the program's head. */
export interface ListedSettings {
  readonly left: readonly UncarriedSetting[];
  readonly idle: readonly UncarriedSetting[];
}

export function renderProgram(read: ProgramDraft, { left, idle }: ListedSettings, from: string): string {
  const block = (verb: string, name: string, entries: TuneEntries): readonly string[] => {
    const given = Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return given.length === 0 ? [] : [`${verb} ${name} {`, ...given.map(([key, text]) => `  ${key}: ${text}`), "}", ""];
  };
  const recipe = block("recipe", "imported", read.recipe);
  const lines = [
    `// From ${comment(from)}.`,
    ...read.notes.map((note) => `// ${comment(note)}`),
    ...listed("Not carried over:", left),
    ...listed("No effect on the result:", idle),
    "",
    ...block("data", "examples", read.data),
    ...block("model", "tuned", read.model),
    ...recipe,
    `train tuned on examples${recipe.length > 0 ? " with imported" : ""}`,
    "",
  ];
  return formatSource(lines.join("\n"), verbs);
}

function listed(title: string, settings: readonly UncarriedSetting[]): readonly string[] {
  if (settings.length === 0) return [];
  const line = ({ setting, value, why }: UncarriedSetting): string => {
    const place = value instanceof UnreadExpression && value.place !== undefined ? `${value.place}: ` : "";
    return `//   ${comment(`${setting}: ${maskedSettingText(setting, value)} (${place}${why})`)}`;
  };
  return [`// ${title}`, ...settings.map(line)];
}

/** Advice for rows of several files. */
export const mixAdvice = 'write `source: mix(csv("a.csv"), jsonl("b.jsonl"))`, or put the files\' rows together';

export const quoted = (text: string): string => JSON.stringify(text);
export const asPercent = (fraction: number): string => `${String(Number((fraction * 100).toPrecision(6)))}%`;
export const settingNumber = (n: number | undefined): string | undefined => (n === undefined ? undefined : numbered(n));
export const wordListText = (texts: readonly string[]): string => `[${texts.map(word).join(", ")}]`;
/** A valid name is written without quotes. */
export const word = (text: string): string => (/^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(text) ? text : quoted(text));
/** Formats a call such as `lora(rank: 8)`; without arguments, the word alone. */
export function wordCallText(name: string, given: Readonly<Record<string, string | number | undefined>>): string {
  const parts = Object.entries(given).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${numbered(value)}`],
  );
  return parts.length === 0 ? name : `${name}(${parts.join(", ")})`;
}
/** Formats a data set of the hub, or a folder of the same form. */
export function hubSourceText(
  path: string,
  given: Readonly<Record<"config" | "split" | "revision", string | undefined>>,
): string {
  const parts = Object.entries(given).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${word(value)}`],
  );
  return `hub(${[quoted(path), ...parts].join(", ")})`;
}
function numbered(value: string | number): string {
  if (typeof value === "string") return value;
  return Math.abs(value) > 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);
}
const comment = (text: string): string => escapeControlCharacters(text.replace(/[\r\n]+/g, " "));
