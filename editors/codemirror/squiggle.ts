/** Converts a finding to CodeMirror's linter format: a squiggle whose message has a button if a fix is known. */
import type { Action, Diagnostic } from "@codemirror/lint";
import type { TransactionSpec } from "@codemirror/state";
import type { Finding } from "./finding.js";
import { prose } from "./prose.js";

const known = ["warning", "info", "hint"] as const;

/** Extends an empty range to the preceding character. `length`: length of the text. */
export function squiggle({ from, to, severity, message, help, fix }: Finding, length: number): Diagnostic {
  const clamp = (n: number): number => Math.max(0, Math.min(length, Math.trunc(Number(n)) || 0));
  const [start, end] = [clamp(from), Math.max(clamp(from), clamp(to))];
  return {
    from: start === end && start > 0 ? start - 1 : start,
    to: end,
    severity: known.find((one) => one === severity) ?? "error",
    source: "tune",
    message: String(message),
    // Omits the help text if the button says the same.
    renderMessage: () => words(String(message), help === undefined || help === fix?.title ? "" : String(help)),
    ...(fix && { actions: [mendAction(fix)] }),
  };
}

/** CodeMirror removes a diagnostic when the text under it changes, so the edits always fit the checked text. */
function mendAction(fix: NonNullable<Finding["fix"]>): Action {
  return { name: String(fix.title).replaceAll("`", ""), apply: (view) => mend(view, fix) };
}

/** Applies all edits at once, since their positions refer to the text before any edit. */
export function mend(view: { dispatch(spec: TransactionSpec): void }, { edits }: NonNullable<Finding["fix"]>): void {
  view.dispatch({
    changes: edits.map(({ from, to, text }) => ({ from, to, insert: text })),
    userEvent: "input.complete",
  });
}

/** The message, and the help text below it. */
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
