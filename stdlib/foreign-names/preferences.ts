/** Advice for names that other tools use for preference and reward training. */
import { foreignNameAdvice } from "./advice.js";

const serves = "train only the preferred answers, with `task: chat`";

/** Preference training methods by their names in other tools. */
export const preferenceTaskAdvice = foreignNameAdvice([
  [
    "dpo ipo orpo kto simpo cpo grpo ppo rloo rlhf reward reward_model reward_modeling preference preferences",
    `preferences and rewards are not supported yet: ${serves}`,
  ],
]);
export const preferenceSettingAdvice = foreignNameAdvice([
  ["rl rlhf reward_model ref_model beta dpo_beta", `preferences and rewards are not supported yet: ${serves}`],
  [
    "loss",
    `a task brings its loss, and \`task: sentence_similarity(loss: …)\` alone chooses among several; preferences are not supported yet: ${serves}`,
  ],
  [
    "objective",
    `a task brings its loss, and a \`sweep\` has \`maximize\`; preferences and rewards are not supported yet: ${serves}`,
  ],
]);
