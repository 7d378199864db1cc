/**
 * Reference pages of the diagnostics' codes, one for each folder of the source tree that registers some. Each page
 * gives a code's meaning and, where a program can show it, that program and its diagnostic.
 */
import { allCodes, codeEntryOf, must } from "#dsl/language/diagnostics/codes.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { code, fence, link, joinParagraphs, table } from "#kernel/display/markdown.js";
import { codesByRoom, pageOfRoom } from "./code-rooms.js";
import type { Trials } from "./tried.js";

const SEVERITIES = { error: "An error", warning: "A warning", note: "A note" } as const;

export function roomPage(room: string, names: readonly string[], trials: Trials): string {
  return joinParagraphs(
    `# Codes of ${code(room)}`,
    `\`npx tunebook explain CODE\` prints one of them; ${link("all codes", "README.md")}.`,
    ...names.map((name) => section(name, trials)),
  );
}

function section(name: string, trials: Trials): string {
  const entry = must(codeEntryOf(name), `the code ${name}`);
  const parts = [
    `## ${name}`,
    `${SEVERITIES[entry.severity]}. ${entry.explain}`,
    ...(entry.example === undefined
      ? []
      : [fence("tune", entry.example), `is answered with`, fence("text", said(entry.example, name, trials))]),
  ];
  return parts.join("\n\n");
}

/** Returns a link to a code's section from a page in a folder next to `codes`. */
export const codeLink = (name: string): string => link(code(name), `../${placeOf(name)}`);

let places: ReadonlyMap<string, string> | undefined;
/** Returns the page and the section of a code: `codes/dsl-compiler.md#CODE`. */
function placeOf(name: string): string {
  places ??= new Map(
    [...codesByRoom()].flatMap(([room, names]) => names.map((one) => [one, `${pageOfRoom(room)}#${one}`] as const)),
  );
  return must(places.get(name), `the page of ${name}`);
}

/** Returns the compiler's diagnostics for an example, only those with the code `name`. */
export function said(example: string, name: string, trials: Trials): string {
  const { diagnostics, sources } = trials.compiled(example);
  const own = diagnostics.filter((d) => (d.code as string) === name);
  return renderAnsi(own, sources, { color: false });
}

export function codesContents(): string {
  return joinParagraphs(
    "# Codes",
    "Every mistake has a code. It stands between the brackets of `error[…]`.",
    table(
      ["code", "", "means"],
      allCodes().map((name) => {
        const { severity, explain } = must(codeEntryOf(name), `the code ${name}`);
        return [link(code(name), placeOf(name).replace("codes/", "")), severity, firstSentence(explain)];
      }),
    ),
  );
}
function firstSentence(text: string): string {
  return /^[\s\S]*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
}
