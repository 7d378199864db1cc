import { defineWord } from "#dsl/language/types/define.js";
import { ignoreParameter } from "./shared/ignore-parameter.js";

export const word = defineWord({
  kind: "conversation",
  name: "turns",
  doc: "A column of conversations: each a list of turns (or the same as JSON text) with a role and a content. The assistant's turns with `weight: 0` or `train: false` are read, not trained. With a plain column name the fields are found automatically: `role` and `content`, or ShareGPT's `from` and `value`.",
  example:
    'data chats { source: jsonl("chats.jsonl"), columns: { messages: turns(conversations, role: from, content: value, roles: { human: user, gpt: assistant }) } }',
  elsewhere: { from: "role", value: "content", role_key: "role", content_key: "content" },
  parameters: [
    {
      name: "column",
      type: { is: "column" },
      positional: true,
      required: true,
      doc: "The column that holds the list of turns.",
      why: "Columns have the file's own names.",
      impact: "high",
    },
    {
      name: "role",
      type: { is: "text" },
      doc: "The field of a turn with the speaker.",
      default: { value: "role" },
      why: "Chat interfaces call it `role`; ShareGPT calls it `from`.",
      impact: "medium",
    },
    {
      name: "content",
      type: { is: "text" },
      doc: "The field of a turn with the text.",
      default: { value: "content" },
      why: "Chat interfaces call it `content`; ShareGPT calls it `value`.",
      impact: "medium",
    },
    {
      name: "roles",
      type: { is: "record", of: { is: "choice", of: ["system", "user", "assistant"] } },
      means: {
        system: "instructions for the whole conversation",
        user: "the user; read, not trained",
        assistant: "the assistant; trained",
      },
      doc: "The role of each speaker in the file: system, user or assistant.",
      default: {
        derived:
          "system, user and assistant are themselves; human is the user, gpt the assistant, developer the system",
        from: () => null,
      },
      why: "Only the assistant's turns are trained, so no role is guessed.",
      impact: "high",
    },
    ignoreParameter,
  ],
  load: () => import("./turns.run.js").then((m) => m.turns),
});
