import { isEmbeddingParameter } from "./shared/frozen-parts.js";
import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "part",
  name: "embeddings",
  doc: "The embeddings of tokens, positions and token types, and their normalisation before the first layer.",
  example: "freeze: [embeddings]",
  parameters: [],
  capabilities: { contains: (_call, path) => isEmbeddingParameter(path) },
});
