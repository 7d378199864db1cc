/**
 * Converts a model to GGUF: its tensors and their formats, its metadata, and the parts that the format can't represent.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { ModelToDeploy } from "../../kind.js";
import type { RecognizedTemplate } from "../ollama/template-detection.js";
import { recognizeTemplate } from "../ollama/template-detection.js";
import { GGUF_ARCHITECTURES } from "./architectures.js";
import type { GgufArchitecture, ArchitectureInput, GgufTensor } from "./architecture.js";
import { textValue, u32Value, type GgufMetadata } from "./header.js";
import { ggufFileType, tensorFormatOf, isQuantizedType, type QuantizationType } from "./mixture.js";
import { ggufTensorName } from "./names.js";
import { f32Format, type GgufTensorFormat } from "./rounding.js";
import type { TokenizationRefusal } from "./tokenization.js";
import { ggufTokenizerOf, type GgufTokenizer } from "./tokenizer.js";

type Json = Readonly<Record<string, unknown>>;

export interface GgufOutputTensor {
  readonly name: string;
  /** Shape in the file. */
  readonly shape: readonly number[];
  readonly format: GgufTensorFormat;
  elements(): Promise<Float32Array>;
}
export interface GgufModel {
  readonly metadata: GgufMetadata;
  readonly tensors: readonly GgufOutputTensor[];
  readonly left: GgufTokenizer["left"];
  /** Maximum context in tokens. */
  readonly context: number;
  /** The chat template in Ollama's form; null if it is not a known one. */
  readonly ollama: RecognizedTemplate | null;
}

/** Buffers in some checkpoints, which are not written. */
const BUFFERS = /\.(attn\.(bias|masked_bias)|rotary_emb\.inv_freq)$/;

export async function describeGgufModel(
  model: ModelToDeploy,
  quantize: QuantizationType,
): Promise<GgufModel | TokenizationRefusal> {
  const whole = await architectureOf(model);
  if ("refused" in whole) return whole;
  const { architecture, input, tokenizer } = whole;
  const { read } = input;
  const tensors = tensorsOf(model, architecture, input, quantize);
  if ("refused" in tensors) return tensors;
  const ollama = await ollamaOf(model, tokenizer);
  const template = model.chat && (model.chat.template ?? ollama?.known.jinja ?? null);
  const context = architecture.context(read);
  const all = model.parts.family.sizes(model.parts.config).positions;
  return {
    tensors,
    context,
    ollama,
    left: [
      ...tokenizer.left,
      ...(context < all ? [windowed(context)] : []),
      ...(model.chat && template === null
        ? [{ part: "the template of conversations", instead: "texts are to be written as the notebook writes them" }]
        : []),
    ],
    metadata: {
      "general.architecture": textValue(architecture.name),
      "general.type": textValue("model"),
      "general.name": textValue(model.name),
      ...origin(model),
      "general.file_type": u32Value(ggufFileType(quantize)),
      ...(isQuantizedType(quantize) && { "general.quantization_version": u32Value(2) }),
      ...Object.fromEntries(
        Object.entries(architecture.metadata(input)).map(([key, value]) => [`${architecture.name}.${key}`, value]),
      ),
      ...tokenizer.metadata,
      ...(template !== undefined &&
        template !== null && { "tokenizer.chat_template": textValue(everybodys(template)) }),
    },
  };
}

/** Metadata of the base model, with the keys of llama.cpp's converter (gguf.md, "General metadata"). */
function origin({ origin: { hub, licence } }: ModelToDeploy): GgufModel["metadata"] {
  const [owner, name] = hub?.split("/") ?? [];
  return {
    ...(licence !== null && { "general.license": textValue(licence) }),
    ...(hub !== null && {
      "general.base_model.count": u32Value(1),
      "general.base_model.0.name": textValue(name ?? hub),
      ...(owner !== undefined && name !== undefined && { "general.base_model.0.organization": textValue(owner) }),
      "general.base_model.0.repo_url": textValue(`https://huggingface.co/${hub}`),
    }),
  };
}

/** Returns why llama.cpp can't run the model, as part of a sentence; null if it can. */
export async function ggufRefusal(model: ModelToDeploy): Promise<string | null> {
  const whole = await architectureOf(model);
  if ("refused" in whole) return whole.refused;
  const tensors = tensorsOf(model, whole.architecture, whole.input, "f32");
  return "refused" in tensors ? tensors.refused : null;
}

interface Whole {
  readonly architecture: GgufArchitecture<unknown>;
  readonly input: ArchitectureInput<unknown>;
  readonly tokenizer: GgufTokenizer;
}
async function architectureOf(model: ModelToDeploy): Promise<Whole | TokenizationRefusal> {
  const { family, parts, config, shapes, around } = model;
  if (!parts.task.implementation.supervision.rowFormat.predictsNextToken)
    return { refused: `its task is ${parts.task.call.word}, and llama.cpp's programs continue texts` };
  const architecture = GGUF_ARCHITECTURES[family.word] as GgufArchitecture<unknown> | undefined;
  if (!architecture)
    return {
      refused: `its family is ${family.word}, but only these are supported: ${Object.keys(GGUF_ARCHITECTURES).join(", ")}`,
    };
  if (around !== null) return { refused: around };
  const input = { config, shapes, read: parts.config };
  const refused = architecture.refuses(input);
  if (refused !== null) return { refused };
  const tokenizer = await toldTokenizer(model, architecture.sizes(input.read).vocabulary);
  return "refused" in tokenizer ? tokenizer : { architecture, input, tokenizer };
}

async function toldTokenizer(model: ModelToDeploy, rows: number): Promise<GgufTokenizer | TokenizationRefusal> {
  const json = async (name: string): Promise<Json> => {
    if (!model.files.includes(name)) return {};
    const value: unknown = JSON.parse(new TextDecoder().decode(await model.file(name)));
    return isRecord(value) ? value : {};
  };
  if (!model.files.includes("tokenizer.json")) return { refused: "it has no tokenizer.json" };
  const [tokenizer, settings, generation] = (await Promise.all(
    ["tokenizer.json", "tokenizer_config.json", "generation_config.json"].map(json),
  )) as [Json, Json, Json];
  const stop = model.chat?.stop ?? null;
  const begins = await conversationsBegin(model, settings);
  return ggufTokenizerOf({ tokenizer, settings, config: model.config, generation, rows, stop, begins });
}

/**
 * Checks whether the template begins conversations with the BOS token. llama.cpp adds that token to conversations too
 * unless disabled; transformers and the notebook leave it to the template. Null if the model reads more than
 * conversations.
 */
async function conversationsBegin({ chat, parts }: ModelToDeploy, settings: Json): Promise<boolean | null> {
  if (!chat || parts.task.call.word !== "chat") return null;
  const [text] = await chat.write([[{ role: "user", content: "a" }]]);
  const bos = isRecord(settings["bos_token"]) ? settings["bos_token"]["content"] : settings["bos_token"];
  return typeof bos === "string" && (text ?? "").startsWith(bos);
}

function tensorsOf(
  model: ModelToDeploy,
  architecture: GgufArchitecture<unknown>,
  input: ArchitectureInput<unknown>,
  quantize: QuantizationType,
): readonly GgufOutputTensor[] | TokenizationRefusal {
  const { layers, tied } = architecture.sizes(input.read);
  const out: GgufOutputTensor[] = Object.entries(architecture.more?.(input) ?? {}).map(([name, data]) => ({
    name,
    shape: [data.length],
    format: f32Format,
    elements: () => Promise.resolve(data),
  }));
  for (const [state, shape] of Object.entries(model.shapes)) {
    if (BUFFERS.test(state) || (tied && state === "lm_head.weight")) continue;
    const { prefix } = architecture;
    const name = state.startsWith(prefix) || state.startsWith("lm_head.") ? state : prefix + state;
    const placed = ggufTensorName(name, architecture.names);
    if (!placed) return { refused: `llama.cpp has no place for its tensor ${state}` };
    const tensor: GgufTensor = { name, part: placed.part, shape };
    const lies = architecture.shape?.(tensor) ?? shape;
    out.push({
      name: placed.name,
      shape: lies,
      format: tensorFormatOf(placed.name, lies, { quantize, tied, layers }),
      async elements() {
        const data = numbersOf(await model.read(state));
        return architecture.elements?.(input, tensor, data) ?? data;
      },
    });
  }
  return out;
}

/** Returns an f32 view of the bytes, copied if they are not aligned. */
function numbersOf({ bytes }: { readonly bytes: Uint8Array }): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

const windowed = (context: number): GgufTokenizer["left"][number] => ({
  part: "its window over the last tokens",
  instead: `it reads ${String(context)} tokens at most, among which the window changes nothing`,
});

async function ollamaOf(
  { chat }: ModelToDeploy,
  { metadata, tokens }: GgufTokenizer,
): Promise<RecognizedTemplate | null> {
  if (!chat) return null;
  const token = (name: string): string => {
    const id = metadata[`tokenizer.ggml.${name}_token_id`];
    return id?.is === "u32" ? (tokens[id.value] ?? "") : "";
  };
  const added = metadata["tokenizer.ggml.add_bos_token"]?.value === true;
  return recognizeTemplate((all) => chat.write(all), { bos: token("bos"), eos: token("eos"), added });
}

/** Replaces the `generation` blocks, which only transformers supports. */
function everybodys(template: string): string {
  return template
    .replace(/\{%(-?)\s*generation\s*(-?)%\}/g, "{%$1 if true $2%}")
    .replace(/\{%(-?)\s*endgeneration\s*(-?)%\}/g, "{%$1 endif $2%}");
}
