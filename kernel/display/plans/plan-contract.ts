/** The plan as sent to the panel: cards of settings and facts. Plain data, texts only. */
import type { Edit, Span } from "#dsl/language/diagnostics/span.js";
import type { ValueOrigins } from "#dsl/compiler/plan/plan.js";

export interface SettingView {
  /** Path of the setting in its block: `optimizer.learning_rate`. */
  readonly name: string;
  readonly value: string;
  readonly from: ValueOrigins[string]["from"];
  readonly why?: string;
  readonly impact?: "low" | "medium" | "high";
  /** Position of the setting in the source. */
  readonly at?: Span;
  /** Edit that writes the setting into the source. */
  readonly write?: { readonly source: string; readonly edit: Edit };
}
export interface FactView {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
}
export interface CardView {
  readonly is: "data" | "model" | "technique" | "recipe" | "train" | "evaluate";
  readonly title: string;
  readonly at?: Span;
  readonly facts: readonly FactView[];
  readonly settings: readonly SettingView[];
}
export interface PlanView {
  /** The statement in one line; absent if the cursor is at no statement of Tune. */
  readonly title?: string;
  readonly at?: Span;
  readonly cards: readonly CardView[];
  readonly memory?: { readonly needs: number; readonly has: number; readonly text: string };
  /** Unknown facts, with the way to find them out. */
  readonly unknown: readonly string[];
  /** Whether reading the data and the base now would give more facts. */
  readonly canMeasure: boolean;
  readonly recipeHash?: string;
  /** The training as a detached statement; absent if it is detached already, or can't be. */
  readonly detached?: string;
  readonly trainings: readonly { readonly title: string; readonly at: Span; readonly shown: boolean }[];
}
