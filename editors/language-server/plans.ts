/**
 * Computes the plans of a text in its current editor state, as `tunebook plan` prints them for a file. Nothing is run.
 */
import { basename, dirname } from "node:path";
import { diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import { uncheckedTypeScriptValuesNote } from "#kernel/apps/checking/unanswered-facts.js";
import { costsOfSweeps, planTexts } from "#kernel/apps/checking/plan-texts.js";
import { checkTuneSources, sourcesOfNotebookCells, sourcesOfTuneFile } from "#kernel/apps/checking/checking.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";

/** A text open in the editor: a program, or a notebook's code cells in order. */
export interface Opened {
  readonly path: string;
  readonly text: string | readonly string[];
}
export interface PlanParams {
  readonly textDocument: { readonly uri: string };
}
export type PlanAnswer = { readonly title: string; readonly text: string } | { readonly problem: string };

/** `trusted`: whether the base and the data may be downloaded. */
export async function plansOf({ path, text }: Opened, trusted: boolean): Promise<PlanAnswer> {
  const file = basename(path);
  const texts =
    typeof text === "string" ? sourcesOfTuneFile(path, file, text) : await sourcesOfNotebookCells(path, file, text);
  const o = { datasets: new DatasetCache(), trusted };
  const { diagnostics, actions, unvalued } = await checkTuneSources(texts, dirname(path), o);
  const wrong = diagnostics.find((d) => d.severity === "error");
  if (wrong) return noPlan(file, wrong);
  const plans = planTexts(actions, await costsOfSweeps(actions, texts, dirname(path), o));
  const left = diagnostics.find((d) => d.code === "not-fetched");
  if (plans.length === 0 && left) return noPlan(file, left);
  if (plans.length === 0 && unvalued.length > 0)
    return { problem: `There is no plan of ${file}: ${uncheckedTypeScriptValuesNote(unvalued)}` };
  if (plans.length === 0) return { problem: `${file} trains nothing: there is no plan to show` };
  return {
    title: `Plan of ${file}`,
    text: plans.map((plan) => `${plan}\n`).join("\n"),
  };
}

function noPlan(file: string, cause: Diagnostic): PlanAnswer {
  const { message, help } = diagnosticText(cause);
  return { problem: `There is no plan of ${file}: ${message}${help === undefined ? "" : ` (${help})`}` };
}
