/** The output of `deploy` and `verify`: the checks and deviations, what the format doesn't support, calls to copy. */
import { displayOutputOf } from "./bundle.js";
import { card, html, htmlTable, readableColorStyle, note, toneColors, type Html, type DisplayOutput } from "./html.js";
import { outcomeLine } from "./outcome.js";
import { textTable } from "./text-table.js";

export interface DeploymentReport {
  /** For example "router deployed to build/router". */
  readonly title: string;
  /** Further parts of the first line: `onnx(quantize: int8)`, the size, the runtime. */
  readonly about: readonly string[];
  /** Each check, its result, and whether it passed; null: nothing is required. */
  readonly checks: readonly { readonly what: string; readonly found: string; readonly good: boolean | null }[];
  readonly scores: readonly {
    readonly metric: string;
    readonly notebook: string;
    readonly deployed: string;
    readonly difference: string;
  }[];
  /** Data set and split of the scores. */
  readonly on: string | null;
  readonly notes: readonly string[];
  readonly calls: readonly { readonly language: string; readonly needs: readonly string[]; readonly code: string }[];
}

export function deploymentView(report: DeploymentReport): DisplayOutput {
  const { title, about, checks, scores, on, notes, calls } = report;
  const mark = (good: boolean | null): string => (good === null ? "" : good ? "✓" : "✗");
  const checkRows = checks.map(({ what, found, good }) => [what, found, mark(good)]);
  const scoreHead = [on ?? "", "notebook", "deployed", "difference"];
  const scoreRows = scores.map(({ metric, notebook, deployed, difference }) => [
    metric,
    notebook,
    deployed,
    difference,
  ]);
  const text = [
    [title, ...about].join(" · "),
    textTable(["check", "found", ""], checkRows),
    scores.length > 0 && textTable(scoreHead, scoreRows, ["left", "right", "right", "right"]),
    ...notes,
    ...calls.map(({ language, needs, code }) => `${heading(language, needs)}\n${code.replace(/^/gm, "  ")}`),
  ];
  return displayOutputOf(
    text.filter((part) => typeof part === "string").join("\n"),
    card(
      undefined,
      outcomeLine([title, ...about]),
      htmlTable({
        head: ["check", "found", ""],
        rows: checks.map(({ what, found, good }) => [what, found, marked(good, mark(good))]),
      }),
      scores.length > 0 && htmlTable({ head: scoreHead, rows: scoreRows, align: ["left", "right", "right", "right"] }),
      notes.map((one) => note(one)),
      calls.map(
        ({ language, needs, code }) =>
          html`<details style="margin:6px 0">
            <summary style="cursor:pointer">${heading(language, needs)}</summary>
            <pre
              style="margin:4px 0 0;padding:8px;overflow-x:auto;background:${toneColors.faint}"
            ><code>${code}</code></pre>
          </details>`,
      ),
    ),
  );
}

const heading = (language: string, needs: readonly string[]): string =>
  `Use it in ${language}${needs.length > 0 ? ` (${needs.join(", ")})` : ""}:`;

function marked(good: boolean | null, mark: string): Html | string {
  return good === null
    ? ""
    : html`<span style="${readableColorStyle(good ? toneColors.good : toneColors.bad)}">${mark}</span>`;
}
