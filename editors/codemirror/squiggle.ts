/** A finding as CodeMirror's linter shows it: a squiggle whose message has a button where the mend is known. */
import type { Action, Diagnostic } from "@codemirror/lint";
import type { TransactionSpec } from "@codemirror/state";
import type { Finding } from "./finding.js";
import { prose } from "./prose.js";

const known = ["warning", "info", "hint"] as const;

/** A mark without width gets the character before it. `length`: of the text. */
export function squiggle({ from, to, severity, message, help, fix }: Finding, length: number): Diagnostic {
  const clamp = (n: number): number => Math.max(0, Math.min(length, Math.trunc(Number(n)) || 0));
  const [start, end] = [clamp(from), Math.max(clamp(from), clamp(to))];
  return {
    from: start === end && start > 0 ? start - 1 : start,
    to: end,
    severity: known.find((one) => one === severity) ?? "error",
    source: "tune",
    message: String(message),
    // A button that says the same is enough.
    renderMessage: () => words(String(message), help === undefined || help === fix?.title ? "" : String(help)),
    ...(fix && { actions: [mendAction(fix)] }),
  };
}

/** CodeMirror takes a diagnostic away when the text under it changes, so the edits still fit the text that was checked. */
function mendAction(fix: NonNullable<Finding["fix"]>): Action {
  return { name: String(fix.title).replaceAll("`", ""), apply: (view) => mend(view, fix) };
}

/** All edits at once: their places are those of the text before any. */
export function mend(view: { dispatch(spec: TransactionSpec): void }, { edits }: NonNullable<Finding["fix"]>): void {
  view.dispatch({
    changes: edits.map(({ from, to, text }) => ({ from, to, insert: text })),
    userEvent: "input.complete",
  });
}

/** The message, and below it what helps. */
function words(message: string, help: string): HTMLElement {
  const box = document.createElement("span");
  for (const [text, name] of [
    [message, "tunebook-message"],
    [help, "tunebook-help"],
  ] as const) {
    if (!text) continue;
    const line = document.createElement("div");
    line.className = name;
    if (name === "tunebook-help") line.style.opacity = "0.8";
    line.append(...prose(text));
    box.append(line);
  }
  return box;
}
