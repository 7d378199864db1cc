/** All diagnostics below the editor: each links to its position, and has a button if there is a fix. */
import { prose } from "#editors/codemirror/prose.js";
import { mend } from "#editors/codemirror/squiggle.js";
import type { CheckResult } from "../world/protocol.js";
import { elementById } from "./dom.js";
import { makeElement } from "./make.js";
import type { Editor } from "./editor.js";

export function showChecking(): void {
  const verdict = elementById("verdict");
  verdict.textContent = "checking…";
  verdict.dataset["is"] = "";
  elementById("speed").textContent = "";
}

export function showProblems({ findings, milliseconds }: CheckResult, editor: Editor): void {
  const verdict = elementById("verdict");
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const others = findings.length - errors;
  verdict.textContent =
    findings.length === 0
      ? "No mistakes."
      : [errors > 0 && counted(errors, "mistake"), others > 0 && counted(others, "remark")].filter(Boolean).join(", ");
  verdict.dataset["is"] = errors > 0 ? "bad" : others > 0 ? "warn" : "good";
  elementById("speed").textContent = `checked in ${String(Math.max(1, Math.round(milliseconds)))} ms`;
  elementById("problems").replaceChildren(
    ...findings.map((finding) => {
      const { message, help, fix, from, to, severity } = finding;
      const { number } = editor.view.state.doc.lineAt(Math.min(from, editor.view.state.doc.length));
      const jump = makeElement(
        "button",
        { type: "button", className: "jump", onclick: () => editor.select(from, to) },
        makeElement("span", { className: "line" }, `line ${String(number)}`),
        ...prose(message),
        ...(help && help !== fix?.title ? [makeElement("small", {}, ...prose(help))] : []),
      );
      const item = makeElement("li", {}, jump);
      item.dataset["severity"] = severity;
      if (fix)
        item.append(
          makeElement(
            "button",
            {
              type: "button",
              className: "fix",
              onclick: () => {
                mend(editor.view, fix);
                editor.view.focus();
              },
            },
            fix.title.replaceAll("`", ""),
          ),
        );
      return item;
    }),
  );
}

function counted(n: number, one: string): string {
  return `${String(n)} ${one}${n === 1 ? "" : "s"}`;
}
