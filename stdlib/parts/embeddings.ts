import type { Word } from "#dsl/types/registry.js";

export const word: Word = {
  kind: "part",
  name: "embeddings",
  doc: "The tables that tokens, positions and token types are looked up in, and what normalises them before the first layer.",
  example: "freeze: [embeddings]",
  since: "0.1.0",
  parameters: [],
};
