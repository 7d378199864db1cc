/** Defines which tasks a base can do by prompting, the true answer of a row, and how answers are parsed. */
import type { Refusal } from "#dsl/language/types/capabilities/refusal.js";
import type { TaskCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { TaskToPredict } from "#dsl/language/types/capabilities/scoring.js";

/** How an answer is found: by the likelihood of each label, or from the text that the base generates. */
export type AnswerMethod = "likelihood" | "text";
/** The form of an answer, and the role with the true answer. */
export interface AnswerKind {
  readonly is: "label" | "labels" | "number" | "answer" | "text";
  readonly role: "label" | "labels" | "score" | "answer" | "target";
}

const KINDS: Readonly<Partial<Record<string, AnswerKind>>> = {
  label: { is: "label", role: "label" },
  label_set: { is: "labels", role: "labels" },
  number: { is: "number", role: "score" },
  answer: { is: "answer", role: "answer" },
  written: { is: "text", role: "target" },
};
/** Roles that contain the true answer of any task. */
const TELLING: ReadonlySet<string> = new Set(["label", "labels", "score", "tags", "answer", "answer_start", "target"]);
export const roleHoldsAnswer = (role: string): boolean => TELLING.has(role);

/** Returns the form of the task's answers; null if prompting cannot do the task. */
export function answerKindOf(
  has: Pick<TaskCapabilities, "measures" | "measuredByRoles"> | undefined,
): AnswerKind | null {
  if (!has || has.measuredByRoles) return null;
  if (has.measures.includes("tags")) return null;
  return has.measures.flatMap((outcome) => KINDS[outcome] ?? [])[0] ?? null;
}

export const defaultAnswerMethod = (has: TaskCapabilities | undefined): AnswerMethod =>
  answerKindOf(has)?.is === "label" ? "likelihood" : "text";

const ITSELF = "the base before its training, `NAME.base`";
const PLAIN = "`baseline(majority)`";

export function promptRefusal(
  answers: AnswerMethod | null,
  { task, taskCapabilities: has, roles }: TaskToPredict,
): Refusal | null {
  const kind = answerKindOf(has);
  if (kind?.is === "text" && !roles.includes("target"))
    return { why: "its rows are conversations, which its base answers without a prompt", instead: ITSELF };
  if (kind && answers === "likelihood" && kind.is !== "label")
    return {
      why: "likelihoods choose one of several labels, but its predictions are of another kind",
      instead: "the text that the base generates, `answers: text`",
    };
  if (kind) return null;
  if (has?.measures.includes("tags"))
    return { why: "it tags each word, and generated text cannot be aligned with the words", instead: PLAIN };
  if (has?.measuredByRoles) return { why: "its predictions are vectors, but a prompt generates text", instead: ITSELF };
  if (has?.rowFormat.predictsNextToken) return { why: "it continues a text, without a question", instead: ITSELF };
  return { why: `${task.word} has no predictions that a text could contain`, instead: ITSELF };
}
