/** What scored rows say of a deployed model, which made-up inputs may not have shown: against it, or for a rounded one. */
import type { DeploymentResult } from "#stdlib/targets/kind.js";
import { distinguishableFigures, type ComparedScores } from "./proof.js";

/** Rows of which chance alone turns few. */
const FEWEST = 30;
/** Least share of rows that both give one label: of equal models a last digit decides some, of rounded ones rounding does. */
const SHARE = { equal: 0.98, rounded: 0.75 };
/** By what share of a score it must be worse to count, beside what its own interval says of it. */
const WORSE = { equal: 0.01, rounded: 0.1 };

type How = Pick<DeploymentResult, "tolerance">;
const how = ({ tolerance }: How): "equal" | "rounded" => (tolerance === null ? "rounded" : "equal");

/** In words; null: nothing. Many labels must be others, and a score with them worse, by more than chance and by what counts. */
export function scoreDifferenceText(scores: ComparedScores, written: How): string | null {
  const { labels, on, rows } = scores;
  const [worse] = worseIn(scores, written);
  const others = !labels || labels.of < FEWEST || !agree(scores, written);
  if (rows < FEWEST || !others || worse === undefined) return null;
  const same = labels ? `${String(labels.agree)} of ${String(labels.of)} labels of ${on} are the same, ` : "";
  return `${same}${worse}`;
}

/** Whether enough rows show that a rounded model answers as the notebook's, whatever made-up inputs said. */
export function scoresConfirmAgreement(scores: ComparedScores, written: How): boolean {
  const { rows, labels, metrics } = scores;
  if (written.tolerance !== null || rows < FEWEST || Object.keys(metrics).length === 0) return false;
  return (!labels || agree(scores, written)) && worseIn(scores, written).length === 0;
}

/** All scores beside the notebook's, in words. */
export function scoresText({ metrics, rows, on }: ComparedScores): string {
  const metricTexts = Object.entries(metrics).map(([metric, { notebook, deployed }]) => {
    const [notebookFigure, other] = distinguishableFigures(notebook, deployed);
    return `${metric} ${other} (${notebookFigure} in the notebook)`;
  });
  return `${String(rows)} rows of ${on}: ${metricTexts.join(", ")}`;
}

function agree({ labels }: ComparedScores, written: How): boolean {
  return labels !== undefined && labels.agree >= SHARE[how(written)] * labels.of;
}

function worseIn({ metrics }: ComparedScores, written: How): readonly string[] {
  return Object.entries(metrics).flatMap(([metric, { notebook, deployed, worse }]) => {
    if (!worse || Math.abs(deployed - notebook) <= WORSE[how(written)] * Math.abs(notebook)) return [];
    const [notebookFigure, other] = distinguishableFigures(notebook, deployed);
    return [`its ${metric} is ${other} where the notebook's is ${notebookFigure}`];
  });
}
