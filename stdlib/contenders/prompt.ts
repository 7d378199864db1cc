import type { CheckContext } from "#dsl/language/types/context.js";
import { isFailed } from "#dsl/language/types/facts.js";
import { defineWord } from "#dsl/language/types/define.js";
import type { Call } from "#dsl/language/types/value.js";
import { promptRefusal, roleHoldsAnswer, defaultAnswerMethod } from "./shared/prompting/answer-kinds.js";
import { parsePromptTemplate } from "./shared/prompting/template.js";

/**
 * Reports placeholders that are no roles of the data, placeholders that reveal the answer, and a prompt without any.
 */
function checkHoles(text: string, context: CheckContext): void {
  const columns = context.data?.["columns"];
  if (columns === null || typeof columns !== "object" || !("record" in columns)) return;
  const roles = Object.keys(columns.record);
  const has = roles.filter((role) => !roleHoldsAnswer(role));
  const { holes } = parsePromptTemplate(text);
  if (holes.length === 0) context.report("prompt-without-hole", { has }, "text");
  for (const { role, offset, length } of holes) {
    const within = { start: offset, length };
    if (roleHoldsAnswer(role)) context.report("hole-tells-answer", { hole: role, has }, "text", undefined, within);
    else if (!roles.includes(role)) context.report("unknown-hole", { hole: role, has }, "text", undefined, within);
  }
}

/** Checks that the base exists and can generate text, as far as its facts are known. */
function checkBase(name: string, context: CheckContext): void {
  const need = { about: "base", name, folder: context.folderOf("base") } as const;
  const fact = context.assisting ? context.facts.get(need) : context.ask(need);
  if (fact === undefined) return;
  if (isFailed(fact)) return context.reportFailed(fact, "base");
  const shape = context.find("model", fact.family)?.capabilities?.shape;
  if (shape !== "decoder")
    context.report("no-prompting", { base: name, why: `it is an ${shape ?? "unknown model"}` }, "base");
}

export const word = defineWord({
  kind: "contender",
  name: "prompt",
  doc: "A base that is asked in words, without any training. Each row is asked as the prompt says, its own values in the holes; the base's chat template writes it where it brings one.",
  notes: [
    "By likelihood each label's tokens are scored after the prompt, and their log-probabilities added up, as lm-evaluation-harness's `acc` does (no answer is weighed by its length); the softmax over the labels says how likely each of them is.",
    "By text the base writes greedily until it ends its turn (without a template, its line). The label that is written exactly is taken, else one that differs in case and marks alone, else the only one whose words stand in the answer. Answers that name none count as wrong, and how many they are is told; metrics of probabilities say that there are none.",
    "Examples come from the split `train` of the data that are scored, the same for all rows; a row that is an example itself has another one in its place.",
  ],
  example: 'evaluate router, prompt("SmolLM2-135M-Instruct", "Which team? {text}", shots: 4) on tickets.test',
  parameters: [
    {
      name: "base",
      type: { is: "string" },
      doc: "What is asked: a name of the hub, or a folder, as a model's `base:`.",
      required: true,
      positional: true,
      why: "Bases that were trained to follow instructions answer best.",
      impact: "high",
    },
    {
      name: "text",
      type: { is: "string" },
      doc: "What is asked of each row. A role of the data in braces is a hole: `{text}`.",
      required: true,
      positional: true,
      why: "A base knows nothing of the task but what stands here: name the labels where they don't speak for themselves.",
      impact: "high",
    },
    {
      name: "shots",
      type: { is: "number", integer: true },
      doc: "Examples from the split `train` that stand before each row, with their answers: as even over the labels as their number allows. Examples show the names and the meaning of labels; each makes every prompt longer.",
      range: { min: 0, max: 1000 },
      default: { value: 0 },
      why: "Without examples the base is measured by itself, with the shortest prompts.",
      impact: "high",
    },
    {
      name: "answers",
      type: {
        is: "choice",
        of: ["likelihood", "text"],
        elsewhere: { loglikelihood: "likelihood", generate_until: "text" },
      },
      doc: "How the answer is found.",
      means: {
        likelihood: "the label whose tokens are likeliest after the prompt",
        text: "what the base writes, read as a label, labels, a number or a text",
      },
      default: {
        derived: "`likelihood` where one of several labels is right, else `text`",
        from: (_draft, context: CheckContext) => {
          const task = context.model?.["task"] as Call | undefined;
          return defaultAnswerMethod(task && context.find("task", task.word)?.capabilities);
        },
      },
      why: "A likelihood always names a label and says how sure the base is; a text is what a user of the base would see.",
      impact: "medium",
    },
    {
      name: "max_tokens",
      type: { is: "number", integer: true },
      doc: "Most tokens of an answer that is written.",
      range: { min: 1 },
      default: {
        derived: "32 where a label, a number or an answer is read; else as many as the model beside it may write",
        from: () => null,
      },
      why: "A base that explains itself takes its time; what it says first mostly is the answer.",
      impact: "low",
    },
    {
      name: "seed",
      type: { is: "number", integer: true },
      doc: "Which examples are drawn. Other examples give other scores, often by some points.",
      default: { value: 0 },
      why: "A fixed seed draws the same examples again.",
      impact: "low",
    },
  ],
  elsewhere: {
    zero_shot: "prompt",
    few_shot: "prompt",
    num_fewshot: "shots",
    fewshot: "shots",
    fewshot_seed: "seed",
    max_gen_toks: "max_tokens",
    max_new_tokens: "max_tokens",
    doc_to_text: "text",
    template: "text",
  },
  check({ arguments: { base, text } }, context) {
    checkBase(base, context);
    checkHoles(text, context);
  },
  capabilities: {
    trainsOnData: (call) => call.arguments.shots > 0,
    refusal: (call, wanted) => promptRefusal(call.arguments.answers, wanted),
  },
  load: () => import("./prompt.run.js").then((m) => m.promptBaseline),
});
