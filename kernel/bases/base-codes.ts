/** Diagnostic codes for finding and reading a base model or its tokenizer. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import type { RowName } from "#dsl/language/types/row-name.js";
import { hubTokenHelp, accessRefusedText } from "./token-words.js";

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
    readonly row: RowName;
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
      `the question of row ${d.row} takes ${d.question} tokens and leaves ${d.room} of ${d.max_length} for its context, of which windows share ${d.stride}`,
    help: () => "raise the model's `max_length`, or lower `stride` of the task; or shorten the question",
    explain:
      "A long context is read in windows of `max_length` tokens that overlap by `stride`. The whole question stands beside " +
      "each, so that much less of the context fits; where no more than the overlap fits, windows would never reach its end.",
  },
  "unknown-architecture": {
    severity: "error",
    message: (d) => `Tunebook can't build a model of the architecture ${d.architecture}`,
    help: (d) => `choose a base of the families it knows: ${d.has.join(", ")}`,
    explain:
      "`config.json` names an architecture that no model word builds. The weights were not read, and nothing was changed.",
  },
  "base-not-found": {
    severity: "error",
    message: (d) => `no base model "${d.name}" found`,
    help: (d) =>
      d.near === null
        ? "write the path of a folder with config.json, model.safetensors and tokenizer.json, or the name of a model on the hub (`owner/name`)"
        : `write "${d.near}"`,
    notes: (d) => d.tried.map((t) => `${t.place}: ${t.why}`),
    explain:
      "A base model is looked for in four places: a folder beside the notebook, the Hugging Face cache (`HF_HUB_CACHE`, `HF_HOME`), Python packages known to carry that model, and the hub itself (`HF_ENDPOINT`, with `HF_TOKEN` if set; not with `HF_HUB_OFFLINE=1`). Each place and what it answered is listed.",
  },
  "base-is-address": {
    severity: "error",
    message: (d) => `the base ${d.address} is an address, and bases are not fetched from addresses`,
    help: () =>
      "download the model, and write the path of its folder or GGUF file; or write its name on the hub (`owner/name`)",
    explain:
      "A base model is a folder, a GGUF file, or the name of a model on the hub or in a package. A file at an address has no checksum that is known beforehand. Download it, check it, and write its path.",
  },
  "base-incomplete": {
    severity: "error",
    message: (d) => `${d.folder} has no ${d.missing}${d.adapter ? ": it is an adapter, not a whole model" : ""}`,
    help: (d) => {
      if (d.adapter)
        return 'write `technique: lora(from: "…")` with that folder over the adapter\'s own base, or write the whole model with `await m.merge("folder")`';
      return d.missing.endsWith(".safetensors")
        ? "save the model as safetensors (`model.save_pretrained(folder, safe_serialization=True)`)"
        : `put ${d.missing} into that folder`;
    },
    explain:
      "A base model is a folder with `config.json` and `model.safetensors` (or its shards with their index). Weights in Python's pickle format are not read, since reading them runs code.",
  },
  "base-pickled": {
    severity: "error",
    message: (d) => `${d.place} has its weights as a pickle (${d.file}), and pickles are not read`,
    help: () =>
      'turn it into safetensors once, in Python and where you trust its origin: `AutoModel.from_pretrained("FOLDER").save_pretrained("FOLDER")` with the model\'s own Auto class; or take a revision of the model that has model.safetensors (`owner/name@refs/pr/1`)',
    explain:
      "Files named .bin, .pt, .pth, .ckpt and .pkl are Python's pickles: a pickle is a program, and reading it runs whatever its " +
      "author put there. Safetensors files hold numbers and names alone. A pickle is known by its name and is not opened at all.",
  },
  "base-damaged": {
    severity: "error",
    message: (d) => `${d.file} can't be read: ${d.why}`,
    help: () => "fetch or copy the file again",
    explain: "The file is cut short or is not of the format that its name says. Nothing was changed.",
  },
  "base-needs-token": {
    severity: "error",
    message: accessRefusedText,
    help: (d) => hubTokenHelp(d, "model"),
    explain:
      "Private and gated models need a token: in `HF_TOKEN`, or in the file that `hf auth login` writes. The hub answers the same for a model that does not exist.",
  },
  "no-tokenizer": {
    severity: "error",
    message: (d) => `${d.folder} has no tokenizer.json`,
    help: () => "save the fast tokenizer there (`AutoTokenizer.from_pretrained(...).save_pretrained(folder)`)",
    explain:
      "Texts become tokens by the rules in the base model's own `tokenizer.json`. Without it only `tunebook forward` works on the model.",
  },
  "broken-tokenizer": {
    severity: "error",
    message: (d) => `${d.file} is no usable tokenizer: ${d.why}`,
    help: () => "fetch the base model again, or save its tokenizer afresh",
    explain:
      "The file is read and checked before any text goes through it, and it runs in a process apart, with bounds of time and memory: where it makes its library fail or never end, that process ends and nothing else.",
  },
  "broken-template": {
    severity: "error",
    message: (d) => `the chat template of ${d.base} can't be used: ${d.why}`,
    help: () => "choose a `template` (chatml, llama3, …) instead of the base's own",
    explain:
      "A base's own chat template is a program in Jinja. It runs in a process apart, with bounds of time and memory, and nothing of it reaches the notebook but the text that it writes.",
  },
  "unknown-tokenizer-part": {
    severity: "error",
    message: (d) => `the ${d.part} in ${d.file} is of a kind that is not known: ${d.type}`,
    help: () => "use a base model whose tokenizer frames texts by a template, as those of the known families do",
    explain:
      "Special tokens are put around texts by Tunebook itself, so that texts are cut exactly; it must know how the tokenizer frames them.",
  },
  "tokenizer-mismatch": {
    severity: "error",
    message: (d) => `${d.file} gives token ids up to ${d.highest}, but the model has ${d.rows} embeddings`,
    help: () => "take the tokenizer that belongs to this model",
    explain:
      "A token id beyond the embedding table can't be looked up. Tokenizer and weights come from different models, or tokens were added without resizing the embeddings.",
  },
};
