import type { WordCheckContext } from "#dsl/language/types/context.js";
import { isFailedFact } from "#dsl/language/types/facts.js";
import { defineWord } from "#dsl/language/types/define.js";
import type { Call } from "#dsl/language/types/value.js";
import { promptRefusal, roleHoldsAnswer, defaultAnswerMethod } from "./shared/prompting/answer-kinds.js";
import { parsePromptTemplate } from "./shared/prompting/template.js";

/**
 * Reports placeholders that are no roles of the data, placeholders that reveal the answer, and a prompt without any.
 */
function checkHoles(text: string, context: WordCheckContext): void {
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
function checkBase(name: string, context: WordCheckContext): void {
  const need = { about: "base", name, folder: context.folderOf("base") } as const;
  const fact = context.assisting ? context.facts.get(need) : context.ask(need);
  if (fact === undefined) return;
  if (isFailedFact(fact)) return context.reportFailed(fact, "base");
  const shape = context.find("model", fact.family)?.capabilities?.shape;
  if (shape !== "decoder")
    context.report("no-prompting", { base: name, why: `it is an ${shape ?? "unknown model"}` }, "base");
}

export const word = defineWord({
  kind: "contender",
  name: "prompt",
  doc: "A base that is prompted, without any training. Each row fills the holes of the prompt; the base's chat template is applied if it has one.",
  notes: [
    "By likelihood, each label's tokens are scored after the prompt and their log-probabilities added up, like `acc` of lm-evaluation-harness (not normalised by length); the softmax over the labels gives their probabilities.",
    "By text, the base generates greedily until the end of its turn (without a template, of its line). An exact match with a label counts, then a match that ignores case and punctuation, then the only label whose words occur in the answer. Answers that match no label count as wrong, and their number is reported; metrics of probabilities have no value.",
    "Examples come from the split `train` of the data that are scored, the same for all rows; a row that is an example itself has another one in its place.",
  ],
  example: 'evaluate router, prompt("SmolLM2-135M-Instruct", "Which team? {text}", shots: 4) on tickets.test',
  parameters: [
    {
      name: "base",
      type: { is: "string" },
      doc: "The base to prompt: a name on the hub, or a folder, as in a model's `base:`.",
      required: true,
      positional: true,
      why: "Bases trained to follow instructions answer best.",
      impact: "high",
    },
    {
      name: "text",
      type: { is: "string" },
      doc: "The prompt of each row. A role of the data in braces is a hole: `{text}`.",
      required: true,
      positional: true,
      why: "A base knows only what the prompt describes: name the labels if they do not explain themselves.",
      impact: "high",
    },
    {
      name: "shots",
      type: { is: "number", integer: true },
      doc: "Number of examples from the split `train` to put before each row, with their answers, balanced over the labels as far as possible. Examples show the names and the meaning of labels; each makes every prompt longer.",
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
      doc: "How the answer is read.",
      means: {
        likelihood: "the label whose tokens are likeliest after the prompt",
        text: "the text that the base generates, read as a label, labels, a number or a text",
      },
      default: {
        derived: "`likelihood` if one of several labels is right, otherwise `text`",
        from: (_draft, context: WordCheckContext) => {
          const task = context.model?.["task"] as Call | undefined;
          return defaultAnswerMethod(task && context.find("task", task.word)?.capabilities);
        },
      },
      why: "A likelihood always names a label and gives a probability; a text is what a user of the base would see.",
      impact: "medium",
    },
    {
      name: "max_tokens",
      type: { is: "number", integer: true },
      doc: "Maximum tokens of a generated answer.",
      range: { min: 1 },
      default: {
        derived: "32 if a label, a number or an answer is read; otherwise as many as the compared model may generate",
        from: () => null,
      },
      why: "A base that explains its answer needs more tokens; it usually gives the answer first.",
      impact: "low",
    },
    {
      name: "seed",
      type: { is: "number", integer: true },
      doc: "Seed for drawing the examples. Other examples give other scores, often by some points.",
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
