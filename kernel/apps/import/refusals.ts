/**
 * Settings that no Tune program can express: other objectives, data other than texts, unsupported techniques; each with
 * an alternative.
 */
import type { ToolSettings } from "./settings.js";

export const refusalAdvice = {
  preference: "train only on the preferred answers, as conversations (`task: chat`)",
  reward: "use `task: regression` if each answer has its own score",
  policy: "write the good answers to a file and train on them (`task: chat`)",
  texts: "only texts are supported; train on the texts if they contain enough information",
  technique: "use `lora`, `ia3`, `prompt_tuning`, `prefix_tuning`, `adapters`, `bitfit`, `head_only` or `full`",
  loss: "use the task's own loss",
  pretrained: "use a pretrained model of texts as `base`",
  similarity: "use `task: sentence_similarity`, with the loss `ranking`, `cosent` or `contrastive`",
  rows: "write the rows as conversations, and read them by `turns(…)`, or as columns of one text each",
  merge: 'use `await model.merge("folder")` in a TypeScript cell',
  asked: "use `predict` and `evaluate`, which prompt a base without training it",
  storage: "use `storage: nf4` or `int8` of an unquantised base",
} as const;

/** Objectives by the tools' names. */
const objectives: readonly (readonly [RegExp, string, string])[] = [
  [/^(rm|reward(_model(ing)?)?|bradley_terry)$/, "a reward model", refusalAdvice.reward],
  [/^(prm|process_reward(_model)?|stepwise_supervised)$/, "a reward of each step", refusalAdvice.reward],
  [
    /^(.*grpo|gdpo|ppo|rloo|reinforce|reinforcement|gspo|dapo|online_dpo|xpo|nash_md|ebft|gkd|sdft|sdpo|minillm)$/,
    "learning from rewards or from the model's own answers",
    refusalAdvice.policy,
  ],
  [
    /^(dpo|ipo|kto|kto_pair|orpo|simpo|cpo|bco|apo|robust_dpo|iterative_dpo)$/,
    "preference optimisation",
    refusalAdvice.preference,
  ],
];

/** Refuses an unsupported objective; returns whether it did. `objective`: the tool's name, without its prefix. */
export function refuseObjective(s: ToolSettings, key: string, objective: string | undefined): boolean {
  const name = (objective ?? "").toLowerCase().replace(/[-\s]+/g, "_");
  const known = objectives.find(([pattern]) => pattern.test(name));
  if (!known) return false;
  s.refuse(key, known[1], known[2]);
  return true;
}

/** Refuses a base or template whose name shows that it takes images or sound. */
export function refuseMultimodal(s: ToolSettings, key: string, baseName: string | undefined): boolean {
  const name = baseName ?? "";
  const sees =
    /(^|[-_/.\s])(vl|vlm|vision|llava|pixtral|mllama|paligemma|internvl|idefics\d?|smolvlm|blip\d?|clip|omni|multimodal|minicpm[-_]?v|image|vqa)([-_/.\s\d]|$)/i;
  const hears =
    /(^|[-_/.\s])(audio|whisper|voxtral|speech|wav2vec2|tts|asr|orpheus|csm|llasa|outetts|ocr)([-_/.\s\d]|$)/i;
  if (hears.test(name)) s.refuse(key, "a model of sound", refusalAdvice.texts);
  else if (sees.test(name)) s.refuse(key, "a model of pictures", refusalAdvice.texts);
  else return false;
  return true;
}
