/** The layouts of GGUF files that are read, by `general.architecture`. */
import type { Gguf } from "./file.js";
import { gpt2 } from "./gpt2.js";
import { unsupported, type Layout } from "./layout.js";
import { gemma, gemma2, gemma3, llama, qwen2, qwen3 } from "./llama.js";

const LAYOUTS: ReadonlyMap<unknown, Layout> = new Map(
  Object.entries({ gemma, gemma2, gemma3, gpt2, llama, qwen2, qwen3 }),
);

/** Coded error: `gguf-unsupported`. */
export function layoutOf(gguf: Gguf): Layout {
  const architecture = gguf.metadata["general.architecture"] ?? "(none)";
  const layout = LAYOUTS.get(architecture);
  if (layout) return layout;
  throw unsupported(gguf, "architecture", architecture, [...LAYOUTS.keys()].map(String));
}
