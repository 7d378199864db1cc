import { defineWord } from "#dsl/language/types/define.js";
import { conversations } from "../row-formats/conversations.js";
import { preferenceTaskAdvice } from "../foreign-names/preferences.js";
import { modalityAdvice } from "../foreign-names/values.js";
import { checkFamilyArchitecture } from "./shared/families.js";
import { labelSmoothingParameter } from "./shared/loss-settings.js";

export const word = defineWord({
  kind: "task",
  name: "chat",
  doc: "Answers in a conversation. Only the assistant's turns and their end tokens are trained, everything else is read: roles and fields of the data decide.",
  example: 'model helper { base: "SmolLM2-135M-Instruct", task: chat(learn: last) }',
  parameters: [
    {
      name: "learn",
      type: { is: "choice", of: ["all", "last"] },
      means: { all: "every turn of the assistant", last: "the last of each conversation" },
      doc: "Which of the assistant's turns to train: all of them, or only the last of each conversation. Use `last` if earlier turns are only context.",
      default: { value: "all" },
      why: "Every answer is useful for training.",
      impact: "medium",
    },
    labelSmoothingParameter,
  ],
  elsewhere: {
    label_smoothing_factor: "label_smoothing",
    conversational: "chat",
    sft: "chat",
    instruction_tuning: "chat",
    train_on_inputs: "learn",
    assistant_only_loss: "learn",
  },
  advice: { ...preferenceTaskAdvice.advice, ...modalityAdvice.advice },
  check: (call, context) => checkFamilyArchitecture(call.word, ["decoder"], context),
  capabilities: {
    pipeline: "text-generation",
    peft: "CAUSAL_LM",
    canBeDistilled: true,
    /** Required roles, or alternatives: a prompt and its completion. */
    roles: ["messages"],
    alternativeRoles: ["input", "target"],
    rowFormat: conversations,
    labels: false,
    headParameters: (): number => 0,
    canary: "written",
    measures: ["next_token", "written"],
    metrics: [
      { word: "loss", kind: "metric", arguments: {} },
      { word: "perplexity", kind: "metric", arguments: {} },
    ],
    /** Rows are conversations: formatted by a template, fed completely, and trained on the assistant's tokens. */
    conversation: true,
  },
  load: () => import("./chat.run.js").then((m) => m.chat),
});
