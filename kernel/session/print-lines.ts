/** Prints the sentences of a statement; text in backticks is shown as code. */
import { displayOutputOf } from "../display/bundle.js";
import { FRAME_STYLE, html } from "../display/html.js";
import type { ExecutionContext } from "./execution-context.js";

export function printLines(context: ExecutionContext, ...lines: readonly string[]): void {
  const coded = (line: string) =>
    line.split(/`([^`]*)`/).map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
  context.screen.display(
    displayOutputOf(
      lines.join("\n"),
      html`<div style="${FRAME_STYLE}">${lines.map((line) => html`<div>${coded(line)}</div>`)}</div>`,
    ),
  );
}
