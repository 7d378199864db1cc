import { defineWord } from "#dsl/language/types/define.js";

/** Only W&B's own service can verify its offline file format, and tests cannot access that. */
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
