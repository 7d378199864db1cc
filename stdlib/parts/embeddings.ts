import { isEmbeddingParameter } from "./shared/frozen-parts.js";
import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "part",
  name: "embeddings",
  doc: "The tables that tokens, positions and token types are looked up in, and what normalises them before the first layer.",
  example: "freeze: [embeddings]",
  parameters: [],
  capabilities: { contains: (_call, path) => isEmbeddingParameter(path) },
});
