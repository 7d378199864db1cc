/**
 * `node dist/tests/peers/llama-quantize.js`: compares GGUF files of three models in every format with those that
 * llama.cpp's own llama_model_quantize makes of the f32 file: formats and bytes of every tensor, and the metadata.
 * Needs the Python of `npm run oracles` and `tunebook setup llama.cpp`.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { QUANTIZATION_TYPES } from "#stdlib/targets/shared/gguf/mixture.js";
import { gguf } from "#stdlib/targets/gguf.run.js";
import { ensureNodeEnv } from "#tools/node-env.mjs";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { written } from "#tests/kernel/deployments/deployed-models.js";
import { callOf, made, writingModel, type WritingModel } from "#tests/kernel/deployments/writing-models.js";

const llama = { num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 128, rms_norm_eps: 1e-5 };
/**
 * Models with rows of complete blocks of 256 and of other lengths, with separate and with tied heads, and with enough
 * layers for every mixture.
 */
const MODELS: readonly WritingModel[] = [
  {
    name: "wide",
    config: {
      ...llama,
      ...{
        model_type: "llama",
        hidden_size: 256,
        intermediate_size: 288,
        num_hidden_layers: 9,
        tie_word_embeddings: true,
      },
    },
    tokens: "smollm",
  },
  {
    name: "untied",
    config: {
      ...llama,
      ...{
        model_type: "qwen2",
        hidden_size: 256,
        intermediate_size: 512,
        num_hidden_layers: 4,
        tie_word_embeddings: false,
      },
    },
    tokens: "qwen2",
  },
  {
    name: "gpt",
    config: { model_type: "gpt2", n_positions: 128, n_embd: 256, n_layer: 9, n_head: 4 },
    tokens: "gpt-2",
  },
];

const work = mkdtempSync(join(tmpdir(), "tunebook-llama-quantize-"));
try {
  for (const model of MODELS) {
    const own = await made(join(work, model.name), model);
    const deployed = await writingModel(own.folder, model.name, "text_generation");
    for (const quantize of QUANTIZATION_TYPES) {
      const name = `${model.name}-${quantize}.gguf`;
      await written(gguf, callOf(name, quantize), deployed, own.folder, work, { writes: "file", name });
    }
  }
  const { folder } = await ensureNodeEnv("llama");
  const { python } = await ensurePythonEnv("oracles", { onProgress: (line) => console.error(line) });
  const libraries = join(folder, "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64");
  const script = fileURLToPath(new URL("../../../tests/peers/llama_quantize.py", import.meta.url));
  const { stdout } = await promisify(execFile)(python, [script, libraries, work, ...MODELS.map(({ name }) => name)]);
  process.stdout.write(stdout);
} finally {
  rmSync(work, { recursive: true });
}
