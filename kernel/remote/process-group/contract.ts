/**
 * What ranks of a gang say to each other. Rank 0 is the hub: the others connect to it and to nobody else. After the welcome
 * each tells that it is ready, the hub sends the state that all begin with, and then each update goes round: every rank tells
 * what came of its rows, the hub sums in the order of the ranks and gives the same bytes to all. Rank 0 alone knows when
 * something is due, and ends the gang.
 */
import * as v from "valibot";
import { objectWith, matchSchema, wholeNumber, type Schema } from "../../fetch/json.js";

/** First frame of a rank. `layout`: what it would sum, in which order (`layoutOf`). */
export interface RankHello {
  readonly is: "hello";
  readonly token: string;
  readonly rank: number;
  readonly of: number;
  readonly version: string;
  readonly recipe: string;
}
export type MessageFromRank =
  | { readonly is: "beat" }
  /** Its model is open. */
  | { readonly is: "ready"; readonly layout: string }
  /** Rows that it learnt at this step, and what was said of them (rows u32, then logits f32). */
  | { readonly is: "seen"; readonly rows: number }
  /** What came of its rows of an update; its gradients, or nothing where weights are averaged. */
  | ({ readonly is: "part"; readonly step: number } & UpdateMetrics)
  /** Its weights, to be averaged. */
  | { readonly is: "weights"; readonly step: number; readonly counts: number };
export type MessageFromRoot =
  | { readonly is: "beat" }
  | { readonly is: "welcome" }
  | { readonly is: "refused"; readonly why: string }
  /** State that all go on from, after `step`; as the layout has it. */
  | { readonly is: "begin"; readonly step: number }
  /** The update of all: the sum of the gradients, or nothing. `averages`: weights are wanted now. */
  | ({ readonly is: "whole"; readonly step: number; readonly averages: boolean } & UpdateMetrics)
  | { readonly is: "mean"; readonly step: number }
  /** The training is over. */
  | { readonly is: "end" }
  | { readonly is: "lost"; readonly rank: number; readonly why: string };
/** `loss`: the share of the whole update's mean (of all ranks: the mean). `counts`: what it is the mean of. */
export interface UpdateMetrics {
  readonly loss: number;
  readonly norm: number;
  readonly counts: number;
}

const text = v.string();
/** JSON has no NaN and no infinity, which a loss may be: they go as text. */
const number: Schema<number> = v.pipe(
  v.union([v.number(), v.picklist(["NaN", "Infinity", "-Infinity"])]),
  v.transform(Number),
);
const metricFields = { loss: number, norm: number, counts: number };
export function serializeMetrics<T extends UpdateMetrics>(frame: T): object {
  const { loss, norm, counts } = frame;
  return { ...frame, loss: plain(loss), norm: plain(norm), counts: plain(counts) };
}
const plain = (x: number): number | string => (Number.isFinite(x) ? x : String(x));

const hello: Schema<RankHello> = objectWith({
  is: v.literal("hello"),
  token: text,
  rank: wholeNumber(0),
  of: wholeNumber(1),
  version: text,
  recipe: text,
});
const fromRank: Schema<MessageFromRank> = v.union([
  objectWith({ is: v.literal("beat") }),
  objectWith({ is: v.literal("ready"), layout: text }),
  objectWith({ is: v.literal("seen"), rows: wholeNumber(1) }),
  objectWith({ is: v.literal("part"), step: wholeNumber(1), ...metricFields }),
  objectWith({ is: v.literal("weights"), step: wholeNumber(1), counts: number }),
]);
const fromHub: Schema<MessageFromRoot> = v.union([
  objectWith({ is: v.literal("beat") }),
  objectWith({ is: v.literal("welcome") }),
  objectWith({ is: v.literal("refused"), why: text }),
  objectWith({ is: v.literal("begin"), step: wholeNumber(0) }),
  objectWith({ is: v.literal("whole"), step: wholeNumber(1), averages: v.boolean(), ...metricFields }),
  objectWith({ is: v.literal("mean"), step: wholeNumber(1) }),
  objectWith({ is: v.literal("end") }),
  objectWith({ is: v.literal("lost"), rank: wholeNumber(0), why: text }),
]);
/** Throw `SchemaMismatch`. */
export const parseHello = (head: unknown): RankHello => matchSchema(head, hello);
export const parseMessageFromRank = (head: unknown): MessageFromRank => matchSchema(head, fromRank);
export const parseMessageFromRoot = (head: unknown): MessageFromRoot => matchSchema(head, fromHub);
