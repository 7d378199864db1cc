/** The plan as the panel is told it: cards of settings and facts. Plain data, texts only. */
import type { Edit, Span } from "#dsl/language/diagnostics/span.js";
import type { ValueOrigins } from "#dsl/compiler/plan/plan.js";

export interface SettingView {
  /** As it is written in its block: `optimizer.learning_rate`. */
  readonly name: string;
  readonly value: string;
  readonly from: ValueOrigins[string]["from"];
  readonly why?: string;
  readonly impact?: "low" | "medium" | "high";
  /** Where it is written. */
  readonly at?: Span;
  /** What writes it out. */
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
  /** The statement in one line; absent: nothing of Tune is there. */
  readonly title?: string;
  readonly at?: Span;
  readonly cards: readonly CardView[];
  readonly memory?: { readonly needs: number; readonly has: number; readonly text: string };
  /** What can't be said yet, and what would make it known. */
  readonly unknown: readonly string[];
  /** Whether reading the data and the base now would say more. */
  readonly canMeasure: boolean;
  readonly recipeHash?: string;
  /** The training as a statement that runs by itself; absent: it does already, or can't. */
  readonly detached?: string;
  /** All trainings of the notebook, to go to. */
  readonly trainings: readonly { readonly title: string; readonly at: Span; readonly shown: boolean }[];
}
