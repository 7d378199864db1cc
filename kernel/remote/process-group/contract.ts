/**
 * Messages between the ranks of a process group. Rank 0 is the coordinator; the peers connect only to it. After the
 * welcome each peer reports ready, and the coordinator sends the initial state. For each update every rank sends the
 * results of its rows. The coordinator sums them in rank order and sends the same bytes to all. Only rank 0 knows the
 * schedule, and it ends the group.
 */
import * as v from "valibot";
import { objectWith, matchSchema, wholeNumber, type Schema } from "../../fetch/json.js";

/** First frame of a rank. `layout`: the states that it would sum, in order (`stateLayoutHash`). */
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
  | { readonly is: "ready"; readonly layout: string }
  /** Rows trained at this step and their logits (rows as u32, then logits as f32). */
  | { readonly is: "seen"; readonly rows: number }
  /** Results of the rank's rows in an update: its gradients, or nothing if weights are averaged. */
  | ({ readonly is: "part"; readonly step: number } & UpdateMetrics)
  /** Its weights, to be averaged. */
  | { readonly is: "weights"; readonly step: number; readonly counts: number };
export type MessageFromRoot =
  | { readonly is: "beat" }
  | { readonly is: "welcome" }
  | { readonly is: "refused"; readonly why: string }
  /** State from which all continue after `step`, in the order of the layout. */
  | { readonly is: "begin"; readonly step: number }
  /** The update of all ranks: the sum of the gradients, or nothing. `averages`: weights are requested now. */
  | ({ readonly is: "whole"; readonly step: number; readonly averages: boolean } & UpdateMetrics)
  | { readonly is: "mean"; readonly step: number }
  | { readonly is: "end" }
  | { readonly is: "lost"; readonly rank: number; readonly why: string };
/**
 * `loss`: this rank's contribution to the update's mean (over all ranks: the mean). `counts`: number of items averaged.
 */
export interface UpdateMetrics {
  readonly loss: number;
  readonly norm: number;
  readonly counts: number;
}

const text = v.string();
/** JSON has no NaN and no infinity, which a loss may be, so these are sent as strings. */
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
/** These parsers throw `SchemaMismatch`. */
export const parseHello = (head: unknown): RankHello => matchSchema(head, hello);
export const parseMessageFromRank = (head: unknown): MessageFromRank => matchSchema(head, fromRank);
export const parseMessageFromRoot = (head: unknown): MessageFromRoot => matchSchema(head, fromHub);
