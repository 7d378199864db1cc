/** The architectures that are written, by the words of their families. */
import type { Architecture } from "./architecture.js";
import { gpt2 } from "./gpt2.js";
import { gemma, gemma2, gemma3, llama, qwen2, qwen3 } from "./llama-kin.js";

export const ARCHITECTURES: Readonly<Record<string, Architecture<never>>> = {
  llama,
  mistral: llama,
  qwen2,
  qwen3,
  gemma,
  gemma2,
  gemma3_text: gemma3,
  gpt2,
};
