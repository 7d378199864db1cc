/** What was read from another tool's settings, written as a Tune program. */
import { visible } from "#dsl/language/diagnostics/codes.js";
import { format } from "#dsl/language/syntax/format.js";
import { registry } from "#stdlib/registry.js";
import { Unread, type Left } from "./settings.js";
import { shownValue } from "./shown-value.js";

/** Tune text of each key; undefined: nothing was said of it, so the default serves. */
export type Entries = Readonly<Record<string, string | undefined>>;
export interface Read {
  readonly data: Entries;
  readonly model: Entries;
  readonly recipe: Entries;
  /** What the reader must look at. */
  readonly notes: readonly string[];
}

const verbs = registry.verbs().map((verb) => verb.name);

/** Settings that the program lists in its head. */
export interface Listed {
  readonly left: readonly Left[];
  readonly idle: readonly Left[];
}

export function programOf(read: Read, { left, idle }: Listed, from: string): string {
  const block = (verb: string, name: string, entries: Entries): readonly string[] => {
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
  return format(lines.join("\n"), verbs);
}

function listed(title: string, settings: readonly Left[]): readonly string[] {
  if (settings.length === 0) return [];
  const line = ({ setting, value, why }: Left): string => {
    const place = value instanceof Unread && value.place !== undefined ? `${value.place}: ` : "";
    return `//   ${comment(`${setting}: ${shownValue(setting, value)} (${place}${why})`)}`;
  };
  return [`// ${title}`, ...settings.map(line)];
}

/** What to write for rows of several files. */
export const mixed = 'write `source: mix(csv("a.csv"), jsonl("b.jsonl"))`, or put the files\' rows together';

/** Text in quotes. */
export const quoted = (text: string): string => JSON.stringify(text);
export const share = (of: number): string => `${String(Number((of * 100).toPrecision(6)))}%`;
/** A number as a setting's text. */
export const text = (n: number | undefined): string | undefined => (n === undefined ? undefined : numbered(n));
export const list = (texts: readonly string[]): string => `[${texts.map(word).join(", ")}]`;
/** A name stands bare. */
export const word = (text: string): string => (/^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(text) ? text : quoted(text));
/** `lora(rank: 8)`; without arguments the word alone. */
export function call(name: string, given: Readonly<Record<string, string | number | undefined>>): string {
  const parts = Object.entries(given).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${numbered(value)}`],
  );
  return parts.length === 0 ? name : `${name}(${parts.join(", ")})`;
}
/** A data set of the hub, or a folder like one. */
export function hub(
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
const comment = (text: string): string => visible(text.replace(/[\r\n]+/g, " "));
