/** Rules for single settings, each with the reason that stands beside its line. */
import { durationText } from "../../host/text.js";
import type { TokenLengths } from "./auto.js";

/** Raised with whatever changes a program that is written: one that was kept is written anew. */
export const RULES_VERSION = 3;

/** Of the budget, that may go by before the sweep is written: what was not probed by then is passed over. */
export const PROBE_BUDGET_SHARE = 1 / 3;

/** Tokens that cost nothing where rows are shorter, since batches are padded to their own longest. */
const SHORT = 32;
/** Updates from which on little is learnt that wasn't before, and how often small data may be gone through for them. */
const UPDATES = 300;
export const EPOCH_LIMITS = { least: 3, most: 20 } as const;

/** Rows that validate, below which choosing by them is mostly chance: of 50 one share's interval is 27 points wide. */
export const FEW_VALIDATION_ROWS = 50;

/** Rows of an update. */
export function batchSizeFor(rows: number): { readonly size: number; readonly why: string } {
  if (rows < 500) return { size: 8, why: "few rows: small batches make enough updates of them" };
  if (rows < 10_000) return { size: 16, why: `as usual for ${rows < 2000 ? "hundreds" : "thousands"} of rows` };
  return { size: 32, why: "many rows: larger batches go through them faster" };
}

/** Tokens of a row; null: the base's own length serves. */
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

/** How often the rows are gone through. `seconds`: what one trial may take. */
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
