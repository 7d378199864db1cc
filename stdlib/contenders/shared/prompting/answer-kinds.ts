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
    return { why: "its rows are conversations, which its base answers as they stand", instead: ITSELF };
  if (kind && answers === "likelihood" && kind.is !== "label")
    return {
      why: "likelihoods choose one of several labels, and its answers are others",
      instead: "what the base writes, `answers: text`",
    };
  if (kind) return null;
  if (has?.measures.includes("tags"))
    return { why: "it tags each word, and what a base writes can't be laid over the words again", instead: PLAIN };
  if (has?.measuredByRoles) return { why: "its answers are vectors, and a prompt writes text", instead: ITSELF };
  if (has?.rowFormat.predictsNextToken) return { why: "it goes on with a text, and asks nothing", instead: ITSELF };
  return { why: `${task.word} asks for no answer that a text could be`, instead: ITSELF };
}
