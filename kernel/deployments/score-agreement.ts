/**
 * Judges a deployed model by scored rows, which may reveal what golden inputs don't: an error, or that a rounded model
 * agrees.
 */
import type { DeploymentResult } from "#stdlib/targets/kind.js";
import { formatDistinguishableNumbers, type ComparedScores } from "./proof.js";

/** Minimum rows for a judgement: with fewer, chance matters. */
const FEWEST = 30;
/**
 * Minimum share of rows with equal labels: a last digit changes some labels of equal models, rounding those of rounded
 * ones.
 */
const SHARE = { equal: 0.98, rounded: 0.75 };
/** Minimum loss of a score, as a share of it, in addition to the confidence interval. */
const WORSE = { equal: 0.01, rounded: 0.1 };

type How = Pick<DeploymentResult, "tolerance">;
const how = ({ tolerance }: How): "equal" | "rounded" => (tolerance === null ? "rounded" : "equal");

/**
 * Describes an error; null: none. Both the labels (if there are any) and a score must be worse, beyond chance and these
 * limits.
 */
export function scoreDifferenceText(scores: ComparedScores, written: How): string | null {
  const { labels, on, rows } = scores;
  const [worse] = worseIn(scores, written);
  const others = !labels || labels.of < FEWEST || !agree(scores, written);
  if (rows < FEWEST || !others || worse === undefined) return null;
  const same = labels ? `${String(labels.agree)} of ${String(labels.of)} labels of ${on} are the same, ` : "";
  return `${same}${worse}`;
}

/**
 * Returns whether enough rows confirm that a rounded model agrees with the notebook's, whatever the golden inputs show.
 */
export function scoresConfirmAgreement(scores: ComparedScores, written: How): boolean {
  const { rows, labels, metrics } = scores;
  if (written.tolerance !== null || rows < FEWEST || Object.keys(metrics).length === 0) return false;
  return (!labels || agree(scores, written)) && worseIn(scores, written).length === 0;
}

/** Formats all scores with the notebook's for comparison. */
export function scoresText({ metrics, rows, on }: ComparedScores): string {
  const metricTexts = Object.entries(metrics).map(([metric, { notebook, deployed }]) => {
    const [notebookFigure, other] = formatDistinguishableNumbers(notebook, deployed);
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
    const [notebookFigure, other] = formatDistinguishableNumbers(notebook, deployed);
    return [`its ${metric} is ${other} (${notebookFigure} in the notebook)`];
  });
}
