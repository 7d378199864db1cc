/**
 * Small generating models of sizes that llama.cpp accepts, with random weights and complete tokenizers, in ordinary
 * folders; and the texts that our own engine generates with them.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Call } from "#dsl/language/types/value.js";
import type { DecoderImplementation } from "#stdlib/decoders/kind.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { ModelToDeploy } from "#stdlib/targets/kind.js";
import { PRE_TOKENIZER_SETUPS } from "#stdlib/targets/shared/gguf/pre-tokenizers.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import { registry } from "#stdlib/registry.js";
import { full } from "#stdlib/techniques/full.js";
import { openBase } from "#kernel/bases/open.js";
import { readGgufHeader } from "#kernel/bases/gguf/file.js";
import { tokenizerFromGguf } from "#kernel/bases/gguf/tokenizer.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { deployedChatFromFolder } from "#kernel/deployments/chat.js";
import { deployedModelFromFolder } from "#kernel/deployments/from-folder.js";
import { generateTexts } from "#kernel/inference/generate.js";
import { readHeader, writeSafetensors, type TensorToWrite } from "#kernel/tensors/safetensors.js";
import { engineNamed } from "#tests/kernel/engines/engines.js";
import { uniform } from "#tests/oracles/numbers.js";
import { root } from "#tests/stdlib/models/golden.js";

type Json = Readonly<Record<string, unknown>>;
const fixtures = fileURLToPath(new URL("fixtures/models/", root));

export interface WritingModel {
  readonly name: string;
  /** config.json without the size of the vocabulary. */
  readonly config: Json;
  /** A pre-tokenizer for byte-level pairs, or the file of tests/fixtures/models/gguf that provides scored pieces. */
  readonly tokens: keyof typeof PRE_TOKENIZER_SETUPS | "pieces.gguf" | "gemma.gguf";
}

const sizes = { num_hidden_layers: 3, num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 128 };
const llama = { model_type: "llama", hidden_size: 64, intermediate_size: 96, rms_norm_eps: 1e-5, ...sizes };
const gemma = { ...llama, head_dim: 32, hidden_activation: "gelu_pytorch_tanh", hidden_act: "gelu_pytorch_tanh" };

/** One or two models of each architecture; together they cover everything that is written for one. */
export const WRITING: readonly WritingModel[] = [
  { name: "llama", config: { ...llama, tie_word_embeddings: true }, tokens: "smollm" },
  {
    name: "llama-biased",
    config: {
      ...llama,
      ...{ tie_word_embeddings: false, attention_bias: true, mlp_bias: true, head_dim: 24 },
      rope_parameters: { rope_type: "linear", factor: 2.5, rope_theta: 700 },
    },
    tokens: "pieces.gguf",
  },
  {
    name: "llama3",
    config: {
      ...llama,
      rope_theta: 5000,
      rope_scaling: {
        ...{ rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
        original_max_position_embeddings: 32,
      },
    },
    tokens: "llama-bpe",
  },
  {
    name: "llama-yarn",
    config: {
      ...llama,
      rope_parameters: { rope_type: "yarn", factor: 4, rope_theta: 10000, original_max_position_embeddings: 32 },
    },
    tokens: "smaug-bpe",
  },
  { name: "mistral", config: { ...llama, model_type: "mistral", sliding_window: 64 }, tokens: "gpt-2" },
  { name: "qwen2", config: { ...llama, model_type: "qwen2", tie_word_embeddings: true }, tokens: "qwen2" },
  { name: "qwen3", config: { ...llama, model_type: "qwen3", head_dim: 24 }, tokens: "qwen2" },
  { name: "gemma", config: { ...gemma, model_type: "gemma" }, tokens: "gemma.gguf" },
  {
    name: "gemma2",
    config: {
      ...gemma,
      ...{ model_type: "gemma2", query_pre_attn_scalar: 24, sliding_window: 8 },
      ...{ attn_logit_softcapping: 20, final_logit_softcapping: 8 },
    },
    tokens: "gemma.gguf",
  },
  {
    name: "gemma3",
    config: {
      ...gemma,
      ...{ model_type: "gemma3_text", query_pre_attn_scalar: 24, sliding_window: 8, sliding_window_pattern: 3 },
      ...{ rope_theta: 50_000, rope_local_base_freq: 2000 },
    },
    tokens: "gemma.gguf",
  },
  {
    name: "gpt2",
    config: { model_type: "gpt2", n_positions: 128, n_embd: 64, n_layer: 2, n_head: 4, n_inner: 160 },
    tokens: "gpt-2",
  },
];

/** Texts of the tokens at which llama.cpp ends generation, whatever a file says; used to find their ids. */
const ENDS = ["</s>", "<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<eos>"];

export interface MadeModel {
  readonly name: string;
  readonly folder: string;
  readonly ends: ReadonlySet<number>;
}

/** Writes the model to `folder`, with the same weights each time. */
export async function made(folder: string, { name, config: own, tokens }: WritingModel): Promise<MadeModel> {
  mkdirSync(folder, { recursive: true });
  const { tokenizer, settings } = tokens.endsWith(".gguf") ? pieces(tokens) : pairs(tokens);
  const { vocab } = tokenizer["model"] as { readonly vocab: Readonly<Record<string, number>> };
  const idOf = (key: string): number | undefined => {
    const token = settings[key];
    return typeof token === "string" ? vocab[token] : undefined;
  };
  const config = {
    ...own,
    // Adds rows without a token, as in many checkpoints.
    vocab_size: Object.keys(vocab).length + 4,
    ...{ bos_token_id: idOf("bos_token"), eos_token_id: idOf("eos_token"), pad_token_id: null },
  };
  const family = (await registry.find("model", String(own["model_type"]))!.load!()) as ModelImplementation;
  const { prefill } = programsOf(family, family.config(config), new Set());
  const tensors = Object.fromEntries(
    Object.entries(prefill.state)
      .filter(([state]) => !state.startsWith("cache"))
      .map(([state, { type }]): [string, TensorToWrite] => {
        const shape = type.shape.map(Number);
        return [state, { dtype: "f32", shape, bytes: () => drawn(`${name}/${state}`, shape) }];
      }),
  );
  for (const [file, json] of Object.entries({ config, tokenizer, tokenizer_config: settings }))
    writeFileSync(join(folder, `${file}.json`), JSON.stringify(json));
  writeSafetensors(join(folder, "model.safetensors"), tensors, { format: "pt" });
  return { name, folder, ends: new Set(ENDS.flatMap((token) => vocab[token] ?? [])) };
}

/** Returns a model folder as targets receive it. */
export async function writingModel(folder: string, name: string, task: string): Promise<ModelToDeploy> {
  const base = await openBase(folder, "folder", registry);
  const chat = await deployedChatFromFolder(folder, await loadTokenizer(folder));
  return deployedModelFromFolder({
    ...{ name, base, labels: [], roles: ["text"], tokenTypes: false, maxLength: 64 },
    task: { kind: "task", word: task, arguments: {} },
    ...(chat && { chat }),
  });
}
/** Returns a call of the target gguf. */
export const callOf = (path: string, quantize: string): Call => ({
  kind: "target",
  word: "gguf",
  arguments: { path, quantize },
});

/** Returns the tokens that our own engine generates after each prompt, without the end token. */
export async function ownTexts(
  model: MadeModel,
  prompts: readonly Int32Array[],
  most: number,
): Promise<readonly (readonly number[])[]> {
  const config = JSON.parse(readFileSync(join(model.folder, "config.json"), "utf8")) as Json;
  const family = (await registry.find("model", String(config["model_type"]))!.load!()) as ModelImplementation;
  const read = family.config(config);
  const names = new Set(Object.keys(readHeader(join(model.folder, "model.safetensors")).tensors));
  const engine = await engineNamed("tensorflow");
  const session = await engine.open({ ...programsOf(family, read, names) }, [model.folder]);
  try {
    const implementation = (await registry.find("decoder", "greedy")!.load!()) as DecoderImplementation;
    const { vocabulary, positions } = family.sizes(read);
    const o = {
      decoder: { call: { kind: "decoder", word: "greedy", arguments: {} } as const, implementation },
      ...{ vocabulary, positions, ends: model.ends, padId: 0, maxTokens: most },
    };
    const texts = prompts.map((): readonly number[] => []);
    for await (const grown of generateTexts(session, prompts, o))
      for (const { prompt, text } of grown) texts[prompt] = [...text.tokens];
    return texts.map((tokens) => (model.ends.has(tokens.at(-1) ?? -1) ? tokens.slice(0, -1) : tokens));
  } finally {
    await session.dispose();
  }
}

function programsOf(family: ModelImplementation, config: unknown, tensors: ReadonlySet<string>) {
  return buildGenerationPrograms({
    family,
    config,
    technique: { call: { kind: "technique", word: "full", arguments: {} }, implementation: full },
    ...{ prefixInCheckpoint: true, tensors, seed: 0 },
  });
}

function pairs(cut: string): { tokenizer: Json; settings: Json } {
  const read = (file: string): Json => JSON.parse(readFileSync(join(fixtures, "chat-llama", file), "utf8")) as Json;
  const tokenizer = read("tokenizer.json");
  const { pre_tokenizer, normalizer, ignoreMerges } = PRE_TOKENIZER_SETUPS[cut]!;
  const model = { ...(tokenizer["model"] as Json), ignore_merges: ignoreMerges };
  return { tokenizer: { ...tokenizer, pre_tokenizer, normalizer, model }, settings: read("tokenizer_config.json") };
}
function pieces(file: string): { tokenizer: Json; settings: Json } {
  const { tokenizer, settings } = tokenizerFromGguf(readGgufHeader(join(fixtures, "gguf", file)));
  return { tokenizer, settings };
}

/** Returns values around zero (around one for norms), small enough to avoid saturation. */
function drawn(name: string, shape: readonly number[]): Uint8Array {
  const norm = shape.length === 1 && /(norm|ln_\w+)\.weight$/.test(name) && !name.startsWith("gemma");
  const values = uniform(name, shape, shape.length === 1 ? 0.2 : 1.6 / Math.sqrt(shape.at(-1)!));
  return new Uint8Array((norm ? values.map((x) => x + 1) : values).buffer);
}
