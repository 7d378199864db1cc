/**
 * Messages of the comm `tunebook.annotate` between a front end and an annotation session, in the form of Jupyter
 * widgets: the kernel sends `{ method: "update", state }` once and `{ method: "custom", content }` afterwards; the
 * front end sends only `custom`.
 */
import type { AnnotationLabel } from "../../../data/annotations/line.js";
import type {
  AnnotationDecision,
  DisplayedAnnotationRow,
  AnnotationState,
  AnnotationAction,
} from "../../../data/annotations/annotation-session.js";

export type {
  AnnotationDecision,
  DisplayedAnnotationRow as AnnotationRow,
  AnnotationState,
  AnnotationAction,
  AnnotationLabel,
};

export const annotateTarget = "tunebook.annotate";

export type AnnotationRequest =
  | { readonly ask: "rows"; readonly from: number; readonly to: number }
  | ({ readonly ask: "decide"; readonly at: number } & AnnotationAction)
  | { readonly ask: "undo" };

export type AnnotationReply =
  | { readonly rows: readonly DisplayedAnnotationRow[]; readonly from: number }
  /** `back`: the row whose decision was undone. */
  | {
      readonly saved: { readonly at: number; readonly decided: AnnotationDecision };
      readonly done: number;
      readonly back?: number;
    }
  | { readonly nothing: "undo" }
  /** Saving failed; `decided` is the decision that still applies. */
  | { readonly fault: string; readonly at?: number; readonly decided?: AnnotationDecision };
