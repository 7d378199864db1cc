import { defineWord } from "#dsl/language/types/define.js";
import { causalLm } from "../row-formats/causal-lm.js";
import { checkFamilyArchitecture } from "./shared/families.js";
import { labelSmoothingParameter } from "./shared/loss-settings.js";

export const word = defineWord({
  kind: "task",
  name: "text_generation",
  doc: "Continues a text: every token is predicted from those before it, as in transformers' ...ForCausalLM. Trains on plain texts.",
  example: 'model helper { base: "SmolLM2-135M-Instruct", task: text_generation }',
  parameters: [labelSmoothingParameter],
  elsewhere: {
    label_smoothing_factor: "label_smoothing",
    "text-generation": "text_generation",
    causal_lm: "text_generation",
    causal_language_modeling: "text_generation",
    language_modeling: "text_generation",
    CAUSAL_LM: "text_generation",
  },
  check: (call, context) => checkFamilyArchitecture(call.word, ["decoder"], context),
  capabilities: {
    pipeline: "text-generation",
    peft: "CAUSAL_LM",
    canBeDistilled: true,
    /** Required roles. */
    roles: ["text"],
    rowFormat: causalLm,
    labels: false,
    /** The head is the base's own output embedding. */
    headParameters: (): number => 0,
    canary: "written",
    /** The output continues the prompt, whereas other tasks answer it. */
    continues: true,
    measures: ["next_token"],
    metrics: [
      { word: "loss", kind: "metric", arguments: {} },
      { word: "perplexity", kind: "metric", arguments: {} },
    ],
  },
  load: () => import("./text_generation.run.js").then((m) => m.textGeneration),
});
