/** Errors of data sets on the hub, and of folders in the same format. `name`: as written in the program. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { hubTokenHelp, hubAccessRefusedText } from "../../../bases/token-words.js";

export interface HubCodeData {
  /** `revision`: the missing revision, if the data set exists. */
  "hub-not-found": { readonly name: string; readonly folder: string; readonly revision: string | null };
  "hub-needs-token": { readonly name: string; readonly status: number; readonly hasToken: boolean };
  "hub-offline": { readonly name: string; readonly revision: string; readonly why: string };
  /** `config` null: none is requested, and there is no default. */
  "hub-config": { readonly name: string; readonly config: string | null; readonly has: readonly string[] };
  "hub-split": { readonly name: string; readonly split: string; readonly has: readonly string[] };
  "own-splits": { readonly name: string; readonly has: readonly string[]; readonly beside: "split" | "source" };
  /** `pattern`: from the data set's card. */
  "hub-files": { readonly name: string; readonly pattern: string | null; readonly there: readonly string[] };
  "hub-format": { readonly name: string; readonly found: string; readonly example: string };
  "hub-card": { readonly name: string; readonly why: string };
  "hub-script": { readonly name: string; readonly script: string; readonly why: string };
}

export const hubCodes: CodeTable<HubCodeData> = {
  "hub-not-found": {
    severity: "error",
    message: (d) =>
      d.revision === null
        ? `dataset "${d.name}" was not found as a folder or on the hub`
        : `the dataset "${d.name}" has no revision "${d.revision}"`,
    help: (d) =>
      d.revision === null
        ? 'write a folder (`hub("./folder")`) or the name on the hub, `owner/name`; a private dataset requires HF_TOKEN'
        : "write one of its branches, tags or commits",
    notes: (d) => (d.revision === null ? [`folder paths start from ${d.folder}`] : []),
    explain:
      "`hub` reads a folder with that name if it exists. Otherwise it requests the dataset from the hub (`HF_ENDPOINT`, with `HF_TOKEN` if set). The hub gives the same answer for a private dataset as for a missing one.",
  },
  "hub-needs-token": {
    severity: "error",
    message: hubAccessRefusedText,
    help: (d) => hubTokenHelp(d, "dataset"),
    explain:
      "Private and gated datasets require a token in `HF_TOKEN` or in the file that `hf auth login` writes. The token never appears in a plan, run or output.",
  },
  "hub-offline": {
    severity: "error",
    message: (d) => `"${d.name}" (${d.revision}) is not in the cache, and the hub was not contacted: ${d.why}`,
    help: () => "read it once while the hub is reachable: later it is read from the cache",
    explain:
      "Files that `hub` downloads are stored in the Hugging Face cache (`HF_HUB_CACHE`, `HF_HOME`), next to a list of all files of the commit. They are then read without a network. An incomplete dataset is never used as the full dataset.",
  },
  "hub-config": {
    severity: "error",
    message: (d) =>
      d.config === null ? `"${d.name}" has several configs and no default` : `"${d.name}" has no config "${d.config}"`,
    help: (d) =>
      `write \`config: "${d.has[0] ?? "default"}"\`${d.has.length > 1 ? `, or another of ${listNames(d.has)}` : ""}`,
    explain:
      "A dataset's README.md may define several configs, each with its own files. Without `config`, Tunebook uses the config named `default`, marked as default, or the only one.",
  },
  "hub-split": {
    severity: "error",
    message: (d) => `"${d.name}" has no split "${d.split}"`,
    help: (d) => `choose from ${listNames(d.has)}`,
    explain:
      "Splits are defined in the README.md of a dataset, or by the names of its folders and files (train, validation, test).",
  },
  "own-splits": {
    severity: "error",
    message: (d) =>
      d.beside === "split"
        ? `"${d.name}" has its own splits (${listNames(d.has)}), but the data also set \`split\``
        : `"${d.name}" has its own splits (${listNames(d.has)}), but is one of several sources`,
    help: (d) =>
      d.beside === "split"
        ? `remove \`split\`, or choose one split: \`split: "${d.has[0] ?? "train"}"\` in \`hub(…)\``
        : `choose one split: \`split: "${d.has[0] ?? "train"}"\` in \`hub(…)\``,
    explain:
      "Rows reserved for a test are never mixed with training rows. If the dataset has splits, the data use them. A `split` of the data divides the rows of one split.",
  },
  "hub-files": {
    severity: "error",
    message: (d) =>
      d.pattern === null
        ? `"${d.name}" has no data files`
        : `"${d.name}" has no file that matches ${d.pattern} from its README.md`,
    help: () => "use CSV, TSV, JSON, JSON Lines, Parquet, Arrow or text files, also compressed with gzip or zstd",
    notes: (d) => (d.there.length === 0 ? ["the folder is empty"] : [`files there: ${listNames(d.there)}`]),
    explain:
      "The files of a dataset are those in `configs` of its README.md (`data_files`, `data_dir`), otherwise all files in its folder. No file outside the folder is read.",
  },
  "hub-format": {
    severity: "error",
    message: (d) => `the files of "${d.name}" are ${d.found}, such as ${d.example}`,
    help: () => "convert them to CSV, TSV, JSON, JSON Lines, Parquet, Arrow or text files (gzip or zstd is allowed)",
    explain: "Most files of the dataset have a format that contains no rows of text or that Tunebook does not support.",
  },
  "hub-card": {
    severity: "error",
    message: (d) => `the file settings in the README.md of "${d.name}" cannot be used: ${d.why}`,
    help: () =>
      "fix the part between the lines `---` at its start, or name the files themselves: `parquet(…)`, `csv(…)`",
    explain:
      "The YAML under `configs` names the files of each split. If it is invalid, Tunebook does not guess from the other files in the folder.",
  },
  "hub-script": {
    severity: "error",
    message: (d) => `"${d.name}" is generated by a program (${d.script}), and ${d.why}`,
    help: () =>
      "save its rows as Parquet once, in Python and only if you trust the program's origin (`load_dataset(…).to_parquet(…)`), and read them with `parquet`",
    explain:
      "A dataset's loading script is a Python program that Tunebook never runs. For many such datasets, the hub stores the rows as Parquet files on the branch `refs/convert/parquet`. Tunebook reads them if they exist and no other revision is set.",
  },
};
