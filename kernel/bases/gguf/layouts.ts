/** The supported layouts of GGUF files, by `general.architecture`. */
import type { Gguf } from "./file.js";
import { gpt2Layout } from "./gpt2.js";
import { unsupportedGgufError, type GgufLayout } from "./layout.js";
import { gemmaLayout, gemma2Layout, gemma3Layout, llamaLayout, qwen2Layout, qwen3Layout } from "./llama.js";

const LAYOUTS: ReadonlyMap<unknown, GgufLayout> = new Map(
  Object.entries({
    gemma: gemmaLayout,
    gemma2: gemma2Layout,
    gemma3: gemma3Layout,
    gpt2: gpt2Layout,
    llama: llamaLayout,
    qwen2: qwen2Layout,
    qwen3: qwen3Layout,
  }),
);

/** Returns a file's layout. Coded error: `gguf-unsupported`. */
export function ggufLayoutOf(gguf: Gguf): GgufLayout {
  const architecture = gguf.metadata["general.architecture"] ?? "(none)";
  const layout = LAYOUTS.get(architecture);
  if (layout) return layout;
  throw unsupportedGgufError(gguf, "architecture", architecture, [...LAYOUTS.keys()].map(String));
}
