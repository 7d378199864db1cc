/**
 * What goes over the comm `tunebook.annotate` between a front end and a desk, in the messages of Jupyter widgets: the kernel
 * sends `{ method: "update", state }` once and `{ method: "custom", content }` afterwards; the front end sends `custom` alone.
 */
import type { Label } from "../../../core/data/annotated/line.js";
import type { Decided, DeskRow, DeskState, Doing } from "../../../core/data/annotated/desk.js";

export type { Decided, DeskRow, DeskState, Doing, Label };

export const annotateTarget = "tunebook.annotate";

/** What a front end asks. */
export type DeskAsk =
  | { readonly ask: "rows"; readonly from: number; readonly to: number }
  | ({ readonly ask: "decide"; readonly at: number } & Doing)
  | { readonly ask: "undo" };

/** What it is told. */
export type DeskReply =
  | { readonly rows: readonly DeskRow[]; readonly from: number }
  /** `back`: the row whose decision was taken back. */
  | {
      readonly saved: { readonly at: number; readonly decided: Decided };
      readonly done: number;
      readonly back?: number;
    }
  | { readonly nothing: "undo" }
  /** It was not saved; `decided` is what stands. */
  | { readonly fault: string; readonly at?: number; readonly decided?: Decided };
