/**
 * Data of a federation's displays: its clients, and the results of each round. Plain JSON, extended round by round.
 */
import { clip, oneLine, plural, printable } from "../../host/value-text.js";

export interface FederationViewData {
  readonly name: string;
  /** Metric of clients and of the server's model; null: nothing is scored. */
  readonly metric: string | null;
  /** 1 if greater scores are better, −1 if smaller ones are. */
  readonly better: 1 | -1;
  readonly clients: readonly ClientViewData[];
  /** In the order of `ClientViewData.labels`; empty if rows have no categorical label. */
  readonly labels: readonly string[];
  readonly rounds: readonly RoundViewData[];
  /** Rows of the server that alone score its model. Absent: it is scored on the rows of all clients. */
  readonly leads?: { readonly data: string; readonly rows: number };
  /** Total number of rounds, including future ones. */
  readonly totalRounds: number;
  /** The round whose weights the model has; absent: not known yet. */
  readonly keptRound?: number;
}
export interface ClientViewData {
  readonly name: string;
  /** Number of training rows. */
  readonly rows: number;
  /** Rows per label; absent: unknown. */
  readonly labels?: readonly number[];
}
export interface RoundViewData {
  /** From 1. */
  readonly round: number;
  readonly clients: readonly ClientUpdateViewData[];
  /** Clients that received a request and didn't respond. */
  readonly lost: readonly string[];
  /** Reason of one failure: a code and its message; absent: unknown. */
  readonly why?: string;
  /** Bytes sent by the server, and received from all clients together. */
  readonly sent: number;
  readonly received: number;
  /**
   * Score on the validation rows of all clients (with their personal parameters, if any), or of the server. Null: not
   * scored.
   */
  readonly score: number | null;
  /** Scores of the server's model on each client's rows, by client name. */
  readonly scores: Readonly<Record<string, number>>;
  /** The same with each client's personal parameters; absent: there are none. */
  readonly personal?: Readonly<Record<string, number>>;
}
export interface ClientUpdateViewData {
  readonly name: string;
  readonly rows: number;
  readonly loss: number;
  /** Norm of its update, and the update's cosine to the aggregated one; absent: the server only sees their sum. */
  readonly norm?: number;
  readonly cosine?: number;
}

export interface ScoreSpread {
  readonly least: number;
  /** Quartiles, by linear interpolation. */
  readonly low: number;
  readonly middle: number;
  readonly high: number;
  readonly most: number;
  readonly mean: number;
  readonly count: number;
}

/** Spread of the numbers among the values; null if there are none. */
export function scoreSpreadOf(values: readonly (number | null | undefined)[]): ScoreSpread | null {
  const known = values.filter(isFiniteNumber).sort((a, b) => a - b);
  const [least, most] = [known[0], known.at(-1)];
  if (least === undefined || most === undefined) return null;
  const quantile = (share: number): number => {
    const place = share * (known.length - 1);
    const [below, above] = [known[Math.floor(place)] ?? least, known[Math.ceil(place)] ?? most];
    return below + (above - below) * (place - Math.floor(place));
  };
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return { least, low: quantile(0.25), middle: quantile(0.5), high: quantile(0.75), most, mean, count: known.length };
}

export const isFiniteNumber = (value: number | null | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value);
/** Describes the rows on which the server's model is scored. */
export function scoringDataText({ leads, rounds }: FederationViewData): string {
  if (leads) return `the leader's ${plural(leads.rows, "row")} of ${clip(printable(oneLine(leads.data)), 40)}`;
  return rounds.some(({ personal }) => personal) ? "all rows with own heads" : "all rows";
}
/** Formats four decimals; empty for an unknown value. */
export const formatFourDecimals = (value: number | null | undefined): string =>
  isFiniteNumber(value) ? value.toFixed(4) : "";

/** Layout of live plots: the legend is above the plot area, which gets the full width. */
export const livePlotLayout = {
  margin: { t: 84, r: 16, b: 48, l: 64 },
  legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
} as const;
