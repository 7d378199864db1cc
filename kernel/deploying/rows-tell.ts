/** What scored rows say against a deployed model, which made-up inputs may not have shown. */
import type { Written } from "#stdlib/kinds/target.js";
import type { ScoredBeside } from "./proof.js";

/** Rows of which chance alone turns few. */
const FEWEST = 30;
/** Least share of rows that both give one label: of equal models a last digit decides some, of rounded ones rounding does. */
const SHARE = { equal: 0.98, rounded: 0.75 };

/** In words; null: nothing. Many labels must be others, and a score with them by more than chance. */
export function rowsTell(scores: ScoredBeside, { tolerance }: Pick<Written, "tolerance">): string | null {
  const { labels, metrics, on } = scores;
  const off = Object.entries(metrics).filter(
    ([, { low, high }]) => low !== null && high !== null && (low > 0 || high < 0),
  );
  const wanted = tolerance === null ? SHARE.rounded : SHARE.equal;
  const others = !labels || labels.of < FEWEST || labels.agree < wanted * labels.of;
  if (scores.rows < FEWEST || !others || off.length === 0) return null;
  const [metric, { notebook, deployed }] = off[0]!;
  const same = labels ? `${String(labels.agree)} of ${String(labels.of)} labels of ${on} are the same, ` : "";
  return `${same}its ${metric} is ${deployed.toPrecision(3)} where the notebook's is ${notebook.toPrecision(3)}`;
}
