/** A page for each code of a diagnostic: what it means, and where a program can show it, that program and what is said of it. */
import { allCodes, entryOf } from "#dsl/diagnostics/codes.js";
import { must } from "#dsl/diagnostics/must.js";
import { renderAnsi } from "#dsl/diagnostics/render-ansi.js";
import { code, fence, link, page, table } from "#kernel/core/display/markdown.js";
import type { Trials } from "./tried.js";

const SEVERITIES = { error: "An error", warning: "A warning", note: "A note" } as const;

export function codePage(name: string, trials: Trials): string {
  const entry = must(entryOf(name), `the code ${name}`);
  return page(
    `# ${name}`,
    `${SEVERITIES[entry.severity]}.`,
    entry.explain,
    entry.example !== undefined && `For example:\n\n${fence("tune", entry.example)}`,
    entry.example !== undefined && `is answered with\n\n${fence("text", said(entry.example, name, trials))}`,
    `\`npx tunebook explain ${name}\` prints this page; ${link("all codes", "README.md")}.`,
  );
}

/** What the compiler says of an example, its own code alone. */
export function said(example: string, name: string, trials: Trials): string {
  const { diagnostics, sources } = trials.compiled(example);
  const own = diagnostics.filter((d) => (d.code as string) === name);
  return renderAnsi(own, sources, { color: false });
}

export function codesContents(): string {
  return page(
    "# Codes",
    "Every mistake has a code. It stands between the brackets of `error[…]`.",
    table(
      ["code", "", "means"],
      allCodes().map((name) => {
        const { severity, explain } = must(entryOf(name), `the code ${name}`);
        return [link(code(name), `${name}.md`), severity, firstSentence(explain)];
      }),
    ),
  );
}
function firstSentence(text: string): string {
  return /^[\s\S]*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
}
