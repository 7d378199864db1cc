/** What chooses the next trial of a sweep. */
import type { Call } from "#dsl/types/value.js";

/** One trial's parameters and its score (null while failed). */
export interface Trial {
  readonly values: Readonly<Record<string, unknown>>;
  readonly score: number | null;
}
export interface SearchImplementation {
  /** Next point of the unit cube by name; `done` are the finished trials with their points. */
  suggest(
    call: Call,
    dimensions: readonly SearchDimension[],
    done: readonly { readonly point: Readonly<Record<string, unknown>>; readonly score: number | null }[],
    seed: number,
    trial: number,
  ): Readonly<Record<string, unknown>>;
}
export type SearchDimension =
  | { readonly name: string; readonly kind: "choice"; readonly size: number }
  | {
      readonly name: string;
      readonly kind: "log" | "uniform";
      readonly from: number;
      readonly to: number;
      readonly integer: boolean;
    };

declare module "#dsl/types/registry.js" {
  interface Implementations {
    search: SearchImplementation;
  }
}
