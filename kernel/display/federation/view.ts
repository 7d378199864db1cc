/** What a federation is shown by: its clients, and what each round came to. Plain JSON, filled round by round. */
import { clip, oneLine, plural, printable } from "../../host/text.js";

export interface FederationView {
  readonly name: string;
  /** What clients and the server's model are scored by; null: nothing is scored. */
  readonly metric: string | null;
  /** 1 where greater scores are better, −1 where less are. */
  readonly better: 1 | -1;
  readonly clients: readonly ClientView[];
  /** In the order of `ClientView.labels`; empty: rows have no label of few. */
  readonly labels: readonly string[];
  readonly rounds: readonly RoundView[];
  /** Rows of whoever leads, which alone the server's model is scored on; absent: on those of all clients. */
  readonly leads?: { readonly data: string; readonly rows: number };
  /** Rounds in all; less are done while it goes on. */
  readonly totalRounds: number;
  /** The round whose weights the model has; absent: it isn't known yet. */
  readonly keptRound?: number;
}
export interface ClientView {
  readonly name: string;
  /** Rows that it trains on. */
  readonly rows: number;
  /** How many of them have each label; absent: it isn't known. */
  readonly labels?: readonly number[];
}
export interface RoundView {
  /** From 1. */
  readonly round: number;
  /** Those that answered. */
  readonly clients: readonly ClientUpdateView[];
  /** Those that were asked and didn't answer. */
  readonly lost: readonly string[];
  /** Why one of them was: a code and what it says; absent: nobody said. */
  readonly why?: string;
  /** Bytes that the server sent, and that came back, of all clients together. */
  readonly sent: number;
  readonly received: number;
  /** On the rows of validation of all clients, with what each keeps for itself where it does; or of whoever leads. Null: nothing was scored. */
  readonly score: number | null;
  /** Of the server's model on each client's own rows, by its name. */
  readonly scores: Readonly<Record<string, number>>;
  /** The same with what each client keeps for itself; absent: it keeps nothing. */
  readonly personal?: Readonly<Record<string, number>>;
}
export interface ClientUpdateView {
  readonly name: string;
  readonly rows: number;
  readonly loss: number;
  /** Norm of its update, and the cosine between it and what all come to; absent: the server sees their sum alone. */
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

/** Of the numbers among the values; null: there is none. */
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
/** What the server's model is scored on, in words. */
export function scoringDataText({ leads, rounds }: FederationView): string {
  if (leads) return `the leader's ${plural(leads.rows, "row")} of ${clip(printable(oneLine(leads.data)), 40)}`;
  return rounds.some(({ personal }) => personal) ? "all rows with own heads" : "all rows";
}
/** Four digits after the point, nothing for what isn't known. */
export const fourDigits = (value: number | null | undefined): string => (isFiniteNumber(value) ? value.toFixed(4) : "");

/** Of live pictures: the legend lies above the plot, which has the room to itself. */
export const livePlotLayout = {
  margin: { t: 84, r: 16, b: 48, l: 64 },
  legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
} as const;
