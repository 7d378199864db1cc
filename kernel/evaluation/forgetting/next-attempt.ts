/**
 * Suggests what to try after forgetting: a replay share derived from the loss of accuracy, or one with which a recorded
 * update retained everything.
 */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Call } from "#dsl/language/types/value.js";
import { readBeforeAfterScores, type BeforeAfterScore } from "../../runs/before-after-scores.js";

const UNMEASURED = "this is a rule of thumb, not a measurement: the matrix of that run shows the result";
/** Replay shares that are suggested. */
const SHARES = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5] as const;
/** Maximum share of each data set's rows. */
const MOST = 0.5;

/** Results of recorded updates that started from the same weights. */
export interface RecordedReplayShares {
  /** The smallest share with which everything was retained, and the run that shows it. */
  readonly retained: { readonly share: number; readonly run: string } | null;
  /** The largest share with which something was forgotten. */
  readonly lost: number | null;
}
/** The current replay of the data that were partly forgotten. */
export interface ReplaySetting {
  /** The largest share of their rows that is trained on. */
  readonly share: number;
  /** An earlier update stored their replay rows: no strategy draws more of them now. */
  readonly fixed: boolean;
  /** The replay buffer of all data sets together is full. */
  readonly full: boolean;
}
const NONE: ReplaySetting = { share: 0, fixed: false, full: false };
const JOINT = "To keep more of it try `joint`, which trains on all rows again";

export const NO_RECORDED_REPLAY_SHARES: RecordedReplayShares = { retained: null, lost: null };

/** Returns the smallest suggested share that is at least the lost share of right predictions. `lost`: from 0 to 1. */
export function suggestedReplayShare(lost: number, more = 0): number {
  const least = Math.max(lost, more);
  return SHARES.find((one) => one >= least - 1e-9) ?? MOST;
}

export const shareText = (share: number): string => `${String(Number((100 * share).toPrecision(2)))}%`;

/**
 * `lost`: the largest lost share of right predictions. `now`: the current replay of these data, whatever the strategy.
 * Returns null if the strategy already trains on all rows again.
 */
export function suggestNextAttempt(
  strategy: readonly Call[],
  lost: number,
  { retained: known, lost: tried }: RecordedReplayShares = NO_RECORDED_REPLAY_SHARES,
  now: ReplaySetting = NONE,
): string | null {
  if (strategy.some(({ word }) => word === "joint")) return null;
  const replayCall = strategy.find(({ word }) => word === "der" || word === "replay");
  const replayShare = replayCall ? shareOf(replayCall.arguments["share"]) : 0;
  if (replayCall && now.fixed)
    return `${JOINT} (\`${replayCall.word}\` draws no more rows of data with stored rows): ${UNMEASURED}`;
  if (replayCall && now.full)
    return `To keep more of it, let \`${replayCall.word}\` store more rows (\`most\`): ${UNMEASURED}`;
  const least = Math.max(replayShare ?? 0, now.share);
  if (replayCall?.word === "der") {
    if (least >= MOST) return `${JOINT}: ${UNMEASURED}`;
    return `To keep more of it, let \`der\` store more rows (\`share\`): ${UNMEASURED}`;
  }
  if (known && known.share > least) return keptBefore(known);
  const most = Math.max(least, tried ?? 0);
  if (most >= MOST) return `${JOINT}: ${UNMEASURED}`;
  if (replayShare === null) return `To keep more of it, let \`replay\` store more rows: ${UNMEASURED}`;
  const share = suggestedReplayShare(lost, 2 * most);
  return `To keep more of it try \`replay(${shareText(share)})\`: ${reason(lost, share, most)}; ${UNMEASURED}`;
}

const reason = (lost: number, share: number, most: number): string =>
  share <= 2 * most && lost < share
    ? `more rows of earlier data than the ${shareText(most)} that were too few`
    : "about the same share of the earlier rows as of the lost predictions";

const keptBefore = ({ share, run }: NonNullable<RecordedReplayShares["retained"]>): string =>
  `To keep more of it try \`replay(${shareText(share)})\`: an update from the same weights showed no loss with it on these rows (${run}), on other new data perhaps`;

/** After a training that started from a model: suggests the update that would train on the model's rows again. */
export function suggestUpdate(
  options: {
    readonly start: string;
    /** Whether the program has a name for it; otherwise its run is used. */
    readonly named: boolean;
    readonly run: string;
    readonly data: string;
    readonly name: string;
  },
  lost: number,
  { retained, lost: tried }: RecordedReplayShares,
): string {
  const share = retained?.share ?? suggestedReplayShare(lost, 2 * (tried ?? 0));
  const start = options.named ? options.start : "before";
  const first = options.named ? "" : `\`model before { load: ${JSON.stringify(options.run)} }\`, then `;
  const why = retained
    ? `an update from the same weights showed no loss with it on these rows (${retained.run})`
    : `about as large a share of the earlier rows as was lost; ${UNMEASURED}`;
  return `To keep more of it, replay earlier rows: ${first}\`update ${start} on ${options.data} as ${options.name}_kept { strategy: replay(${shareText(share)}) }\` (${why})`;
}

/**
 * Replay shares and results of other trainings from the same weights on the forgotten rows. `ownRun`: the run that is
 * reported on.
 */
export function recordedReplaySharesOf(
  runs: string,
  startHash: string,
  lost: readonly BeforeAfterScore[],
  ownRun: string,
): RecordedReplayShares {
  const key = ({ dataHash, split }: BeforeAfterScore): string => `${dataHash} ${split ?? ""}`;
  let found = NO_RECORDED_REPLAY_SHARES;
  for (const run of foldersIn(runs)) {
    const since = run === ownRun ? null : readBeforeAfterScores(run);
    const share = since?.startHash === startHash ? since.replayed : null;
    if (!since || share === null || lost.length === 0) continue;
    const by = new Map(since.on.map((one) => [key(one), one]));
    const same = lost.map((one) => by.get(key(one)));
    if (same.some((one) => one === undefined)) continue;
    if (same.some((one) => one?.lost)) found = { ...found, lost: Math.max(share, found.lost ?? 0) };
    else if (!found.retained || share < found.retained.share)
      found = { ...found, retained: { share, run: basename(run) } };
  }
  return found;
}

function foldersIn(runs: string): readonly string[] {
  try {
    return readdirSync(runs, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? join(runs, one.name) : []));
  } catch {
    return []; // no runs yet
  }
}

/**
 * The share of `replay`; null if it is given as a row count, whose share is unknown, or if the strategy replays
 * nothing.
 */
export function replayShareOf(strategy: readonly Call[]): number | null {
  const replayCall = strategy.length === 1 ? strategy.find(({ word }) => word === "replay") : undefined;
  return replayCall ? shareOf(replayCall.arguments["share"]) : null;
}

function shareOf(value: unknown): number | null {
  if (value === undefined) return 0.05;
  const share = typeof value === "object" && value !== null && "share" in value ? value.share : null;
  return typeof share === "number" ? share : null;
}
