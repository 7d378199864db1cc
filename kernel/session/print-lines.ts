/** Sentences that a statement says, with what stands in backticks as code. */
import { shownOf } from "../display/bundle.js";
import { FRAME, html } from "../display/html.js";
import type { Stage } from "./execution-context.js";

export function say(stage: Stage, ...lines: readonly string[]): void {
  const coded = (line: string) =>
    line.split(/`([^`]*)`/).map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
  stage.screen.display(
    shownOf(
      lines.join("\n"),
      html`<div style="${FRAME}">${lines.map((line) => html`<div>${coded(line)}</div>`)}</div>`,
    ),
  );
}
