import { defineWord } from "#dsl/language/types/define.js";

/** Its offline file can be proved by its own service alone, which no test here can ask. */
export const word = defineWord({
  kind: "tracker",
  name: "wandb",
  doc: "Weights & Biases.",
  example: "trackers: [wandb]",
  planned: {
    meanwhile:
      '`tensorboard("board")` keeps the same curves and settings on this machine, `mlflow("http://…")` on a server',
  },
  parameters: [],
});
