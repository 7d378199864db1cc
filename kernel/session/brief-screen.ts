/** The screen of a statement with `show: brief`: each output is reduced to its first line, and the rest is folded. */
import { Html, html, type DisplayOutput } from "../display/html.js";
import type { OutputScreen } from "./live-training.js";

export function firstLineScreen(screen: OutputScreen): OutputScreen {
  return {
    display: (output) => screen.display(firstLineOutput(output)),
    update: (output) => screen.update({ ...firstLineOutput(output), id: output.id }),
  };
}

/** Text-only front ends show the first line alone. */
export function firstLineOutput(output: DisplayOutput): DisplayOutput {
  const text = String(output.bundle["text/plain"] ?? "");
  const [first = ""] = text.trimStart().split("\n");
  const markup = output.bundle["text/html"];
  return {
    ...output,
    bundle: {
      "text/plain": first,
      ...(typeof markup === "string" && {
        "text/html": html`<details style="margin:2px 0">
          <summary style="cursor:pointer">${first}</summary>
          ${new Html(markup)}
        </details>`.text,
      }),
    },
  };
}
