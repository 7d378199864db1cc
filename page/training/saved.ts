/** Files of a saved model: an adapter in PEFT's format, or the folder of a full model in transformers' format. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { ADAPTER_FILES } from "#kernel/runs/folders/adapter-folder.js";
import { modelConfigJsonText } from "#kernel/runs/folders/config-text.js";
import { withFoldedStandardisation } from "#kernel/runs/standardised-weights.js";
import type { Tokenizer } from "#kernel/bases/tokenizer.js";
import type { BaseModel } from "#kernel/bases/base.js";
import type { OpenModel } from "#kernel/models/open-model.js";
import { disk } from "../world/disk.js";
import { writtenFiles } from "./instead/safetensors.js";
import { adapterCardFiles, type AdapterCardInput } from "./card.js";
import type { SavedFile } from "./protocol.js";

type Bytes = SavedFile["bytes"];
const json = (value: unknown): Bytes => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

export async function savedModelFiles(
  open: OpenModel,
  tokenizer: Tokenizer,
  input: AdapterCardInput,
): Promise<readonly SavedFile[]> {
  const {
    session,
    folder: { adapter },
  } = open;
  const { base } = input;
  if (adapter) {
    const { names, config, standardised } = adapter;
    const beside = adapterCardFiles(input);
    return [
      { name: ADAPTER_FILES.weights, bytes: await weightsOf({ session, names, standardised }) },
      { name: ADAPTER_FILES.config, bytes: json(config) },
      { name: "config.json", bytes: new TextEncoder().encode(modelConfigJsonText(beside.config)) },
      { name: "README.md", bytes: new TextEncoder().encode(beside.readme) },
    ];
  }
  const whole = mustExist(open.folder.whole, "what a training of all weights saves");
  const fileOf = (name: string): Bytes | undefined => disk.inFolder(base.folder, name)?.bytes as Bytes | undefined;
  const files: SavedFile[] = [
    { name: "model.safetensors", bytes: await weightsOf({ session, ...whole }) },
    { name: "config.json", bytes: new TextEncoder().encode(modelConfigJsonText(whole.config)) },
    { name: "tokenizer.json", bytes: mustExist(fileOf("tokenizer.json"), "the base's tokenizer") },
    {
      name: "tokenizer_config.json",
      bytes: json(settingsOf(base, tokenizer, whole.maxLength, fileOf("tokenizer_config.json"))),
    },
  ];
  const special = fileOf("special_tokens_map.json");
  return special ? [...files, { name: "special_tokens_map.json", bytes: special }] : files;
}

async function weightsOf(options: {
  readonly session: OpenModel["session"];
  readonly names: Readonly<Record<string, string>>;
  readonly standardised: Parameters<typeof withFoldedStandardisation>[1];
}): Promise<Bytes> {
  const file = "saved/model.safetensors";
  await withFoldedStandardisation(options.session, options.standardised, () =>
    options.session.save(file, Object.keys(options.names), { format: "pt" }, options.names),
  );
  const bytes = mustExist(writtenFiles.get(file), "the weights that were written") as Bytes;
  writtenFiles.delete(file);
  return bytes;
}

/**
 * Returns the tokenizer's settings: the base's own if given, else what tokenizer.json does not contain; and the maximum
 * text length of the training.
 */
function settingsOf(base: BaseModel, tokenizer: Tokenizer, maxLength: number, settingsFile: Bytes | undefined): object {
  if (settingsFile) {
    const settings: unknown = JSON.parse(new TextDecoder().decode(settingsFile));
    return { ...(isRecord(settings) && settings), model_max_length: maxLength };
  }
  const types = Number(base.facts.config["type_vocab_size"] ?? 0) > 1 ? ["token_type_ids"] : [];
  const [pad] = tokenizer.tokens(Int32Array.of(tokenizer.padId));
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    model_input_names: ["input_ids", ...types, "attention_mask"],
    pad_token: pad,
    model_max_length: maxLength,
  };
}
