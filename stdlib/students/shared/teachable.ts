/** Checks whether a task can be distilled with the losses that a student lists. */
import type { Refusal } from "#dsl/language/types/capabilities/refusal.js";
import type { TaskCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { DistillationContext } from "#dsl/language/types/capabilities/learning.js";
import type { Call } from "#dsl/language/types/value.js";
import { headCountInConfig } from "./sizes.js";

/** Distillation losses that need logits, and those that need hidden states. */
const SAID = "logits";
const WITHIN = ["hidden", "attention"];

/** Whether the teacher runs in every step. Logits of complete rows are computed once instead. */
export function teacherRunsAlongside(learns: readonly Call[], has: TaskCapabilities | undefined): boolean {
  const learnsAnswers = learns.some(({ word }) => word === SAID);
  return learns.some(({ word }) => WITHIN.includes(word)) || (learnsAnswers && has?.decides === undefined);
}

export function teachingRefusal(
  learns: readonly Call[],
  { taskCapabilities: has, unlabelled, sharesTokenizer: reads, bases }: DistillationContext,
): Refusal | null {
  const twice = learns.find(({ word }, i) => learns.findIndex((one) => one.word === word) < i);
  if (learns.length === 0) return { why: "nothing is listed in `learns`", instead: "write `learns: [labels, logits]`" };
  if (twice)
    return { why: `\`${twice.word}\` is listed twice`, instead: `list it once, with its weight: \`${twice.word}(2)\`` };
  const learnsAnswers = learns.some(({ word }) => word === SAID);
  const within = learns.find(({ word }) => WITHIN.includes(word));
  const taught = has?.canBeDistilled;
  if (taught !== undefined && taught !== true) return taught;
  if (learnsAnswers && !taught)
    return { why: "it predicts neither labels nor tokens", instead: "write `learns: [labels, hidden]`" };
  if (unlabelled && (!learnsAnswers || has?.decides === undefined))
    return {
      why: "rows without labels (generated ones too) are learned from predictions of whole texts' labels",
      instead: learnsAnswers ? "leave out the data without labels, and `augment`" : "list `logits` in `learns`",
    };
  if (!reads && within)
    return {
      why: `\`${within.word}\` compares tokens, and the base reads texts by another tokenizer`,
      instead: "write `learns: [labels, logits]`",
    };
  if (!reads && learnsAnswers && has?.decides === undefined)
    return {
      why: "the base reads texts by another tokenizer, and places in a text are compared",
      instead: "make the student from the model's own blocks: `student(layers: …)`",
    };
  const [ownHeads, teacherHeads] = [headCountInConfig(bases?.own?.config), headCountInConfig(bases?.of?.config)];
  const scores = learns.find((call) => call.arguments["of"] === "scores");
  if (scores && ownHeads !== undefined && teacherHeads !== undefined && ownHeads !== teacherHeads)
    return {
      why: `scores are compared head by head, and the student has ${String(ownHeads)} heads, the teacher ${String(teacherHeads)}`,
      instead: `write \`${scores.word}(of: relations)\``,
    };
  return null;
}
