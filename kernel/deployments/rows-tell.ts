/** What scored rows say of a deployed model, which made-up inputs may not have shown: against it, or for a rounded one. */
import type { Written } from "#stdlib/targets/kind.js";
import { apartFigures, type ScoredBeside } from "./proof.js";

/** Rows of which chance alone turns few. */
const FEWEST = 30;
/** Least share of rows that both give one label: of equal models a last digit decides some, of rounded ones rounding does. */
const SHARE = { equal: 0.98, rounded: 0.75 };
/** By what share of a score it must be worse to count, beside what its own interval says of it. */
const WORSE = { equal: 0.01, rounded: 0.1 };

type How = Pick<Written, "tolerance">;
const how = ({ tolerance }: How): "equal" | "rounded" => (tolerance === null ? "rounded" : "equal");

/** In words; null: nothing. Many labels must be others, and a score with them worse, by more than chance and by what counts. */
export function rowsTell(scores: ScoredBeside, written: How): string | null {
  const { labels, on, rows } = scores;
  const [worse] = worseIn(scores, written);
  const others = !labels || labels.of < FEWEST || !agree(scores, written);
  if (rows < FEWEST || !others || worse === undefined) return null;
  const same = labels ? `${String(labels.agree)} of ${String(labels.of)} labels of ${on} are the same, ` : "";
  return `${same}${worse}`;
}

/** Whether enough rows show that a rounded model answers as the notebook's, whatever made-up inputs said. */
export function rowsVouch(scores: ScoredBeside, written: How): boolean {
  const { rows, labels, metrics } = scores;
  if (written.tolerance !== null || rows < FEWEST || Object.keys(metrics).length === 0) return false;
  return (!labels || agree(scores, written)) && worseIn(scores, written).length === 0;
}

/** All scores beside the notebook's, in words. */
export function scoresTold({ metrics, rows, on }: ScoredBeside): string {
  const told = Object.entries(metrics).map(([metric, { notebook, deployed }]) => {
    const [own, other] = apartFigures(notebook, deployed);
    return `${metric} ${other} (${own} in the notebook)`;
  });
  return `${String(rows)} rows of ${on}: ${told.join(", ")}`;
}

function agree({ labels }: ScoredBeside, written: How): boolean {
  return labels !== undefined && labels.agree >= SHARE[how(written)] * labels.of;
}

function worseIn({ metrics }: ScoredBeside, written: How): readonly string[] {
  return Object.entries(metrics).flatMap(([metric, { notebook, deployed, worse }]) => {
    if (!worse || Math.abs(deployed - notebook) <= WORSE[how(written)] * Math.abs(notebook)) return [];
    const [own, other] = apartFigures(notebook, deployed);
    return [`its ${metric} is ${other} where the notebook's is ${own}`];
  });
}
