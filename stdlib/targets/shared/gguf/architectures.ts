/** The supported architectures, by the words of their families. */
import type { GgufArchitecture } from "./architecture.js";
import { gpt2Architecture } from "./gpt2.js";
import {
  gemmaArchitecture,
  gemma2Architecture,
  gemma3Architecture,
  llamaArchitecture,
  qwen2Architecture,
  qwen3Architecture,
} from "./llama-kin.js";

export const GGUF_ARCHITECTURES: Readonly<Record<string, GgufArchitecture<never>>> = {
  llama: llamaArchitecture,
  mistral: llamaArchitecture,
  qwen2: qwen2Architecture,
  qwen3: qwen3Architecture,
  gemma: gemmaArchitecture,
  gemma2: gemma2Architecture,
  gemma3_text: gemma3Architecture,
  gpt2: gpt2Architecture,
};
