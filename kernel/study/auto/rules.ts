/** Rules for single settings, each with the reason shown next to its line. */
import { durationText } from "../../host/value-text.js";
import type { TokenLengths } from "./auto.js";

/**
 * Increase it with every change that affects generated programs: a stored program of an older version is generated
 * again.
 */
export const RULES_VERSION = 3;

/**
 * Share of the budget that may be spent before the sweep is written; bases that were not probed by then are skipped.
 */
export const PROBE_BUDGET_SHARE = 1 / 3;

/**
 * Minimum length limit in tokens. It costs nothing for shorter rows, because batches are padded to their own longest
 * row.
 */
const SHORT = 32;
/**
 * Number of updates after which little more is learned. `EPOCH_LIMITS` bounds the epochs over small data for that
 * number.
 */
const UPDATES = 300;
export const EPOCH_LIMITS = { least: 3, most: 20 } as const;

/** With fewer validation rows selection is mostly chance: with 50 rows the interval of a share is 27 points wide. */
export const FEW_VALIDATION_ROWS = 50;

/** Returns the number of rows per update. */
export function batchSizeFor(rows: number): { readonly size: number; readonly why: string } {
  if (rows < 500) return { size: 8, why: "few rows: small batches give enough updates" };
  if (rows < 10_000) return { size: 16, why: `as usual for ${rows < 2000 ? "hundreds" : "thousands"} of rows` };
  return { size: 32, why: "many rows: larger batches go through them faster" };
}

/** Returns the maximum tokens per row; null to use the base's own limit. */
export function maxLengthFor(
  lengths: TokenLengths | null,
  positions: number,
): { readonly most: number; readonly why: string } | null {
  if (!lengths) return null;
  const stretched = lengths.p99 > 2 * lengths.p95;
  const [covered, share] = stretched ? [lengths.p95, "95 %"] : [lengths.p99, "99 %"];
  const most = Math.min(positions, Math.max(SHORT, 8 * Math.ceil(covered / 8)));
  const cut = most < covered ? `the base reads no more; ` : "";
  return { most, why: `${cut}${share} of the rows have ${String(covered)} tokens or fewer` };
}

/**
 * Returns the number of epochs.
 * @param seconds maximum duration of one trial
 */
export function epochsFor(
  rows: number,
  batch: number,
  secondsAnEpoch: number,
  seconds: number,
): { readonly epochs: number; readonly why: string } {
  const updates = Math.max(1, Math.ceil(rows / batch));
  const wanted = Math.min(EPOCH_LIMITS.most, Math.max(EPOCH_LIMITS.least, Math.ceil(UPDATES / updates)));
  const affordable = Math.max(1, Math.floor(seconds / Math.max(secondsAnEpoch, 1e-9)));
  if (affordable < wanted)
    return {
      epochs: affordable,
      why: `as many as fit: one takes about ${durationText(secondsAnEpoch)}, a trial may take ${durationText(seconds)}`,
    };
  return { epochs: wanted, why: `${String(updates)} updates each` };
}
