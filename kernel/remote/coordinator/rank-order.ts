/** The order of a rank: the training that it shares, and the gang that it joins. Nothing comes of it but what all have together. */
import * as v from "valibot";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { planSchema } from "../../runs/plan-schema.js";
import { objectWith, wholeNumber, type Schema } from "../../fetch/json.js";
import type { RunFile } from "./protocol.js";
import { siblingFileSchema, type BaseFiles } from "./trial-order.js";

/** The kind of work. */
export const RANK_WORK = "rank";

/** What of an order is the same for all kinds of work that train. */
export interface TrainingOrder {
  /** So many of the work's files, the first, lie to each other as they lie at the coordinator's. */
  readonly laid: number;
  /** Files of the shipment, by name. */
  readonly shipment: readonly RunFile[];
  readonly plans: readonly { readonly name: string; readonly plan: Plan }[];
  readonly bases: readonly BaseFiles[];
}
export interface RankOrder extends TrainingOrder {
  readonly gang: {
    /** Where the hub is, and the token of this gang. */
    readonly address: string;
    readonly port: number;
    readonly token: string;
    readonly rank: number;
    readonly of: number;
    /** Which part of every batch is its own. */
    readonly rows: { readonly rank: number; readonly of: number };
  };
}

export const rankOrderSchema: Schema<RankOrder> = objectWith({
  laid: wholeNumber(),
  shipment: v.array(siblingFileSchema),
  plans: v.pipe(v.array(objectWith({ name: v.string(), plan: planSchema })), v.length(1)),
  bases: v.array(objectWith({ hash: v.string(), folder: v.string() })),
  gang: objectWith({
    address: v.string(),
    port: wholeNumber(1),
    token: v.string(),
    rank: wholeNumber(1),
    of: wholeNumber(2),
    rows: objectWith({ rank: wholeNumber(), of: wholeNumber(1) }),
  }),
});
