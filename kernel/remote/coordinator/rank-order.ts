/** The order of a rank: the training that it shares, and the gang that it joins. Nothing comes of it but what all have together. */
import * as v from "valibot";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { planSchema } from "../../runs/plan-schema.js";
import { fields, whole, type Schema } from "../../fetch/json.js";
import type { RunFile } from "./protocol.js";
import { beside, type Base } from "./trial-order.js";

/** The kind of work. */
export const RANK = "rank";

/** What of an order is the same for all kinds of work that train. */
export interface Laid {
  /** So many of the work's files, the first, lie to each other as they lie at the coordinator's. */
  readonly laid: number;
  /** Files of the shipment, by name. */
  readonly shipment: readonly RunFile[];
  readonly plans: readonly { readonly name: string; readonly plan: Plan }[];
  readonly bases: readonly Base[];
}
export interface RankOrder extends Laid {
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

export const rankOrder: Schema<RankOrder> = fields({
  laid: whole(),
  shipment: v.array(beside),
  plans: v.pipe(v.array(fields({ name: v.string(), plan: planSchema })), v.length(1)),
  bases: v.array(fields({ hash: v.string(), folder: v.string() })),
  gang: fields({
    address: v.string(),
    port: whole(1),
    token: v.string(),
    rank: whole(1),
    of: whole(2),
    rows: fields({ rank: whole(), of: whole(1) }),
  }),
});
