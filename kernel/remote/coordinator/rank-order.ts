/**
 * Order of a rank: the training that it takes part in, and the process group that it joins. It has no result of its
 * own.
 */
import * as v from "valibot";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { planSchema } from "../../runs/plan-schema.js";
import { objectWith, wholeNumber, type Schema } from "../../fetch/json.js";
import type { RunFile } from "./protocol.js";
import { relativeRunFileSchema, type BaseFiles } from "./trial-order.js";

export const RANK_WORK = "rank";

/** The part of an order that all training work shares. */
export interface TrainingOrder {
  /** Number of leading input files whose relative positions match the coordinator's. */
  readonly laid: number;
  readonly shipment: readonly RunFile[];
  readonly plans: readonly { readonly name: string; readonly plan: Plan }[];
  readonly bases: readonly BaseFiles[];
}
export interface RankOrder extends TrainingOrder {
  readonly gang: {
    /** Address of the coordinator rank, and the token of this process group. */
    readonly address: string;
    readonly port: number;
    readonly token: string;
    readonly rank: number;
    readonly of: number;
    /** Which part of every batch this rank computes. */
    readonly rows: { readonly rank: number; readonly of: number };
  };
}

export const rankOrderSchema: Schema<RankOrder> = objectWith({
  laid: wholeNumber(),
  shipment: v.array(relativeRunFileSchema),
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
