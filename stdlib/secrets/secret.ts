import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "secret",
  name: "secret",
  doc: "A token or key by the name of an environment variable. It is read when it is used; plans, runs, outputs and files have its name alone.",
  example: 'deploy router to huggingface("me/router", push: secret(env: HF_TOKEN))',
  elsewhere: { token: "secret", env_var: "env", environment: "env" },
  parameters: [
    {
      name: "env",
      type: { is: "text" },
      doc: "The environment variable that holds it.",
      required: true,
      why: "The text of a notebook is shared with it; an environment variable is not.",
      impact: "high",
    },
  ],
  capabilities: { held: "outside" },
});
