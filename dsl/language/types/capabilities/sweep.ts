/** What words of sweeps say of themselves: what is drawn, how values stand to each other, what chooses the next trial. */
import type { Call } from "../value.js";
import type { CallFunction } from "./refusal.js";

/** How two numbers of a point must stand to each other. */
export interface RelationCapabilities {
  holds(one: number, other: number): boolean;
}
/** What is made of several numbers of a point. Grows with each of them, as long as none is below 0. */
export interface TermCapabilities {
  of(numbers: readonly number[]): number;
}
/** What chooses the next trial of a sweep. */
export interface SearchCapabilities<C extends Call = Call> {
  /** It chooses by what earlier trials came to. */
  readonly learns?: true;
  /** It goes through what there is and ends: no number of trials need be said. */
  readonly ends?: true;
  /** Of one that ends: how many values it takes of a range in which every number counts; null: it takes none such. */
  readonly points?: CallFunction<C, number | null>;
  /** It learns from the scores of one goal; `instead`: the search that learns from those of several. */
  readonly oneGoal?: { readonly instead: string };
}

export interface SpaceCapabilities {
  /** How values are drawn: of a list, or of a range, evenly or by orders of magnitude. */
  readonly space: "choice" | "uniform" | "log";
}
