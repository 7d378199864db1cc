/** What a metric is that asks another model which of two texts is better: whom it asks, what, and what is read in the answer. */
import type { Call } from "#dsl/language/types/value.js";

/** Who answers, in OpenAI's shape. */
export interface JudgeService {
  /** Ends in no slash: `http://127.0.0.1:8000/v1`. */
  readonly url: string;
  readonly model: string;
  /** The environment variable that holds its key; null: it wants none. */
  readonly env: string | null;
  /** Questions under way at once. */
  readonly atOnce: number;
  /** For one answer, in milliseconds. */
  readonly patience: number;
  /** Most tokens of an answer. */
  readonly maxTokens: number;
}
export interface JudgedPair {
  /** What both texts answer; null: not known. */
  readonly question: string | null;
  readonly a: string;
  readonly b: string;
}
export interface JudgeMessage {
  readonly role: "system" | "user";
  readonly content: string;
}
export type Verdict = "a" | "b" | "tie";
export interface JudgeImplementation {
  service(call: Call): JudgeService;
  messages(call: Call, pair: JudgedPair): readonly JudgeMessage[];
  /** Null: it gives none. */
  verdict(answer: string): Verdict | null;
}
