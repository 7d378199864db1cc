/** A model as a GGUF file has it: its tensors in their formats, its metadata, and what of it the format can't hold. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Deployed } from "../../kind.js";
import type { Recognised } from "../ollama/template-detection.js";
import { recognised } from "../ollama/template-detection.js";
import { ARCHITECTURES } from "./architectures.js";
import type { Architecture, Described, Tensor } from "./architecture.js";
import { text, u32, type Metadata } from "./header.js";
import { fileType, formatOf, isQuantised, type Quantize } from "./mixture.js";
import { ggufName } from "./names.js";
import { f32, type Rounding } from "./rounding.js";
import type { Refusal } from "./tokenization.js";
import { tokenizerOf, type ToldTokenizer } from "./tokenizer.js";

type Json = Readonly<Record<string, unknown>>;

export interface WrittenTensor {
  readonly name: string;
  /** As it lies in the file. */
  readonly shape: readonly number[];
  readonly format: Rounding;
  elements(): Promise<Float32Array>;
}
export interface GgufModel {
  readonly metadata: Metadata;
  readonly tensors: readonly WrittenTensor[];
  readonly left: ToldTokenizer["left"];
  /** Tokens that it may be fed. */
  readonly context: number;
  /** The template as Ollama takes it; null: none of those that are known. */
  readonly ollama: Recognised | null;
}

/** Buffers that some checkpoints carry. */
const BUFFERS = /\.(attn\.(bias|masked_bias)|rotary_emb\.inv_freq)$/;

export async function described(model: Deployed, quantize: Quantize): Promise<GgufModel | Refusal> {
  const whole = await architectureOf(model);
  if ("refused" in whole) return whole;
  const { architecture, own, tokenizer } = whole;
  const { read } = own;
  const tensors = tensorsOf(model, architecture, own, quantize);
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
      "general.architecture": text(architecture.name),
      "general.type": text("model"),
      "general.name": text(model.name),
      ...origin(model),
      "general.file_type": u32(fileType(quantize)),
      ...(isQuantised(quantize) && { "general.quantization_version": u32(2) }),
      ...Object.fromEntries(
        Object.entries(architecture.metadata(own)).map(([key, value]) => [`${architecture.name}.${key}`, value]),
      ),
      ...tokenizer.metadata,
      ...(template !== undefined && template !== null && { "tokenizer.chat_template": text(everybodys(template)) }),
    },
  };
}

/** As llama.cpp's converter names them (gguf.md, "General metadata"). */
function origin({ origin: { hub, licence } }: Deployed): GgufModel["metadata"] {
  const [owner, name] = hub?.split("/") ?? [];
  return {
    ...(licence !== null && { "general.license": text(licence) }),
    ...(hub !== null && {
      "general.base_model.count": u32(1),
      "general.base_model.0.name": text(name ?? hub),
      ...(owner !== undefined && name !== undefined && { "general.base_model.0.organization": text(owner) }),
      "general.base_model.0.repo_url": text(`https://huggingface.co/${hub}`),
    }),
  };
}

/** Why llama.cpp can't run it, for a sentence; null: it can. */
export async function refusalOf(model: Deployed): Promise<string | null> {
  const whole = await architectureOf(model);
  if ("refused" in whole) return whole.refused;
  const tensors = tensorsOf(model, whole.architecture, whole.own, "f32");
  return "refused" in tensors ? tensors.refused : null;
}

interface Whole {
  readonly architecture: Architecture<unknown>;
  readonly own: Described<unknown>;
  readonly tokenizer: ToldTokenizer;
}
async function architectureOf(model: Deployed): Promise<Whole | Refusal> {
  const { family, parts, config, shapes, around } = model;
  if (!parts.task.implementation.supervision.rowFormat.predictsNextToken)
    return { refused: `its task is ${parts.task.call.word}, and llama.cpp's programs continue texts` };
  const architecture = ARCHITECTURES[family.word] as Architecture<unknown> | undefined;
  if (!architecture)
    return {
      refused: `its family is ${family.word}, and those that are written are ${Object.keys(ARCHITECTURES).join(", ")}`,
    };
  if (around !== null) return { refused: around };
  const own = { config, shapes, read: parts.config };
  const refused = architecture.refuses(own);
  if (refused !== null) return { refused };
  const tokenizer = await toldTokenizer(model, architecture.sizes(own.read).vocabulary);
  return "refused" in tokenizer ? tokenizer : { architecture, own, tokenizer };
}

async function toldTokenizer(model: Deployed, rows: number): Promise<ToldTokenizer | Refusal> {
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
  return tokenizerOf({ tokenizer, settings, config: model.config, generation, rows, stop, begins });
}

/**
 * llama.cpp puts the token that begins texts before conversations too, unless it is told to put it nowhere; transformers and
 * the notebook leave it to the template. Null: the model reads more than conversations.
 */
async function conversationsBegin({ chat, parts }: Deployed, settings: Json): Promise<boolean | null> {
  if (!chat || parts.task.call.word !== "chat") return null;
  const [text] = await chat.write([[{ role: "user", content: "a" }]]);
  const bos = isRecord(settings["bos_token"]) ? settings["bos_token"]["content"] : settings["bos_token"];
  return typeof bos === "string" && (text ?? "").startsWith(bos);
}

function tensorsOf(
  model: Deployed,
  architecture: Architecture<unknown>,
  own: Described<unknown>,
  quantize: Quantize,
): readonly WrittenTensor[] | Refusal {
  const { layers, tied } = architecture.sizes(own.read);
  const out: WrittenTensor[] = Object.entries(architecture.more?.(own) ?? {}).map(([name, data]) => ({
    name,
    shape: [data.length],
    format: f32,
    elements: () => Promise.resolve(data),
  }));
  for (const [state, shape] of Object.entries(model.shapes)) {
    if (BUFFERS.test(state) || (tied && state === "lm_head.weight")) continue;
    const { prefix } = architecture;
    const name = state.startsWith(prefix) || state.startsWith("lm_head.") ? state : prefix + state;
    const placed = ggufName(name, architecture.names);
    if (!placed) return { refused: `llama.cpp has no place for its tensor ${state}` };
    const tensor: Tensor = { name, part: placed.part, shape };
    const lies = architecture.shape?.(tensor) ?? shape;
    out.push({
      name: placed.name,
      shape: lies,
      format: formatOf(placed.name, lies, { quantize, tied, layers }),
      async elements() {
        const data = numbersOf(await model.read(state));
        return architecture.elements?.(own, tensor, data) ?? data;
      },
    });
  }
  return out;
}

/** A view where the bytes lie so that they can be looked at as numbers. */
function numbersOf({ bytes }: { readonly bytes: Uint8Array }): Float32Array {
  const own = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(own.buffer, own.byteOffset, own.byteLength / 4);
}

const windowed = (context: number): ToldTokenizer["left"][number] => ({
  part: "its window over the last tokens",
  instead: `it reads ${String(context)} tokens at most, among which the window changes nothing`,
});

async function ollamaOf({ chat }: Deployed, { metadata, tokens }: ToldTokenizer): Promise<Recognised | null> {
  if (!chat) return null;
  const token = (name: string): string => {
    const id = metadata[`tokenizer.ggml.${name}_token_id`];
    return id?.is === "u32" ? (tokens[id.value] ?? "") : "";
  };
  const added = metadata["tokenizer.ggml.add_bos_token"]?.value === true;
  return recognised((all) => chat.write(all), { bos: token("bos"), eos: token("eos"), added });
}

/** Blocks that say what is trained are known to transformers alone. */
function everybodys(template: string): string {
  return template
    .replace(/\{%(-?)\s*generation\s*(-?)%\}/g, "{%$1 if true $2%}")
    .replace(/\{%(-?)\s*endgeneration\s*(-?)%\}/g, "{%$1 endif $2%}");
}
