/** Diagnostic codes for finding and reading a base model or its tokenizer. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import { hubTokenHelp, hubAccessRefusedText } from "./token-words.js";

export interface FailedBaseLookup {
  readonly place: string;
  readonly why: string;
}

export interface BasesCodeData {
  "base-not-found": {
    readonly name: string;
    readonly tried: readonly FailedBaseLookup[];
    readonly near: string | null;
  };
  "base-is-address": { readonly address: string };
  "base-incomplete": {
    readonly folder: string;
    readonly missing: string;
    /** The folder has an adapter. */ readonly adapter?: true;
  };
  "base-pickled": { readonly place: string; readonly file: string };
  "base-damaged": { readonly file: string; readonly why: string };
  "base-needs-token": { readonly name: string; readonly status: number; readonly hasToken: boolean };
  "unknown-architecture": { readonly architecture: string; readonly has: readonly string[] };
  "no-tokenizer": { readonly folder: string };
  "broken-tokenizer": { readonly file: string; readonly why: string };
  "broken-template": { readonly base: string; readonly why: string };
  "unknown-tokenizer-part": { readonly file: string; readonly part: string; readonly type: string };
  "no-room-for-context": {
    readonly row: RowIdentifier;
    readonly question: number;
    readonly room: number;
    readonly max_length: number;
    readonly stride: number;
  };
  "tokenizer-mismatch": { readonly file: string; readonly highest: number; readonly rows: number };
}

export const basesCodes: CodeTable<BasesCodeData> = {
  "no-room-for-context": {
    severity: "error",
    message: (d) =>
      `the question of row ${d.row} has ${d.question} tokens, leaving ${d.room} of ${d.max_length} for the context (window overlap: ${d.stride})`,
    help: () => "raise the model's `max_length`, lower the task's `stride`, or shorten the question",
    explain:
      "A long context is read in windows of `max_length` tokens that overlap by `stride`. Each window also contains the full question, " +
      "which leaves less room for the context. If only the overlap fits, the windows never reach the end of the context.",
  },
  "unknown-architecture": {
    severity: "error",
    message: (d) => `Tunebook does not support the model architecture ${d.architecture}`,
    help: (d) => `choose a base model of a supported family: ${d.has.join(", ")}`,
    explain:
      "`config.json` names an architecture that Tunebook does not support. The weights were not read, and nothing was changed.",
  },
  "base-not-found": {
    severity: "error",
    message: (d) => `base model "${d.name}" was not found`,
    help: (d) =>
      d.near === null
        ? "write the path of a folder with config.json, model.safetensors and tokenizer.json, or the name of a model on the hub (`owner/name`)"
        : `write "${d.near}"`,
    notes: (d) => d.tried.map((t) => `${t.place}: ${t.why}`),
    explain:
      "A base model is searched in four places: a folder next to the notebook, the Hugging Face cache (`HF_HUB_CACHE`, `HF_HOME`), Python packages known to contain that model, and the hub (`HF_ENDPOINT`, with `HF_TOKEN` if set; not with `HF_HUB_OFFLINE=1`). The notes list each place and its result.",
  },
  "base-is-address": {
    severity: "error",
    message: (d) => `the base model ${d.address} is a web address, and base models are not downloaded from addresses`,
    help: () =>
      "download the model and write the path of its folder or GGUF file, or write its name on the hub (`owner/name`)",
    explain:
      "A base model is a folder, a GGUF file, or the name of a model on the hub or in a package. The checksum of a file at an address is not known in advance. Download the file, check it, and write its path.",
  },
  "base-incomplete": {
    severity: "error",
    message: (d) => `${d.folder} has no ${d.missing}${d.adapter ? ": it is an adapter, not a full model" : ""}`,
    help: (d) => {
      if (d.adapter)
        return 'write `technique: lora(from: "…")` with that folder and the adapter\'s own base model, or write the full model with `await m.merge("folder")`';
      return d.missing.endsWith(".safetensors")
        ? "save the model as safetensors (`model.save_pretrained(folder, safe_serialization=True)`)"
        : `put ${d.missing} into that folder`;
    },
    explain:
      "A base model is a folder with `config.json` and `model.safetensors` (or its shards with their index). Weights in Python's pickle format are not read, because reading them runs code.",
  },
  "base-pickled": {
    severity: "error",
    message: (d) => `the weights of ${d.place} are a pickle (${d.file}), and pickles are not read`,
    help: () =>
      'convert it to safetensors once, in Python and only if you trust its origin: `AutoModel.from_pretrained("FOLDER").save_pretrained("FOLDER")` with the model\'s own Auto class; or use a revision of the model that has model.safetensors (`owner/name@refs/pr/1`)',
    explain:
      "Files named .bin, .pt, .pth, .ckpt and .pkl are Python pickles. A pickle is a program, and reading it runs its author's code. " +
      "Safetensors files contain only numbers and names. Tunebook detects a pickle by its name and never opens it.",
  },
  "base-damaged": {
    severity: "error",
    message: (d) => `${d.file} cannot be read: ${d.why}`,
    help: () => "download or copy the file again",
    explain: "The file is truncated, or its format does not match its name. Nothing was changed.",
  },
  "base-needs-token": {
    severity: "error",
    message: hubAccessRefusedText,
    help: (d) => hubTokenHelp(d, "model"),
    explain:
      "Private and gated models require a token in `HF_TOKEN` or in the file that `hf auth login` writes. The hub gives the same answer for a model that does not exist.",
  },
  "no-tokenizer": {
    severity: "error",
    message: (d) => `${d.folder} has no tokenizer.json`,
    help: () => "save the fast tokenizer there (`AutoTokenizer.from_pretrained(...).save_pretrained(folder)`)",
    explain:
      "The base model's own `tokenizer.json` defines how texts become tokens. Without it, the model supports only `tunebook forward`.",
  },
  "broken-tokenizer": {
    severity: "error",
    message: (d) => `${d.file} is not a usable tokenizer: ${d.why}`,
    help: () => "download the base model again, or save its tokenizer again",
    explain:
      "The file is read and checked before any text is processed. It runs in a separate process with limits on time and memory. If it crashes or never ends, only that process is stopped.",
  },
  "broken-template": {
    severity: "error",
    message: (d) => `the chat template of ${d.base} cannot be used: ${d.why}`,
    help: () => "choose a `template` (chatml, llama3, …) instead of the base model's own",
    explain:
      "The chat template of a base model is a Jinja program. It runs in a separate process with limits on time and memory. Only the text that it writes reaches the notebook.",
  },
  "unknown-tokenizer-part": {
    severity: "error",
    message: (d) => `the ${d.part} in ${d.file} has an unknown type: ${d.type}`,
    help: () => "use a base model of a supported family: its tokenizer adds special tokens by a template",
    explain:
      "Tunebook itself adds the special tokens so that texts are truncated exactly. It must know how the tokenizer adds them.",
  },
  "tokenizer-mismatch": {
    severity: "error",
    message: (d) => `${d.file} has token ids up to ${d.highest}, but the model has ${d.rows} embeddings`,
    help: () => "use the tokenizer that belongs to this model",
    explain:
      "A token id beyond the embedding table has no embedding. The tokenizer and weights come from different models, or tokens were added without resizing the embeddings.",
  },
};
