/**
 * The codes of diagnostics, a page for each folder of the code that registers some: what each means, and where a program can
 * show it, that program and what is said of it.
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

/** Link to a code's section from a page that lies in a folder beside `codes`. */
export const codeLink = (name: string): string => link(code(name), `../${placeOf(name)}`);

let places: ReadonlyMap<string, string> | undefined;
/** `codes/dsl-plan.md#no-name`. */
function placeOf(name: string): string {
  places ??= new Map(
    [...codesByRoom()].flatMap(([room, names]) => names.map((one) => [one, `${pageOfRoom(room)}#${one}`] as const)),
  );
  return must(places.get(name), `the page of ${name}`);
}

/** What the compiler says of an example, its own code alone. */
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
