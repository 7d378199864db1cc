/** Errors of data sets on the hub, and of folders in the same format. `name`: as written in the program. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { hubTokenHelp, accessRefusedText } from "../../../bases/token-words.js";

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
        ? `no data set "${d.name}": no such folder, and the hub knows none of that name`
        : `the data set "${d.name}" has no revision "${d.revision}"`,
    help: (d) =>
      d.revision === null
        ? 'write a folder (`hub("./folder")`) or the name as the hub has it, `owner/name`; a private one needs HF_TOKEN'
        : "write a branch, a tag or a commit of it",
    notes: (d) => (d.revision === null ? [`folders start from ${d.folder}`] : []),
    explain:
      "`hub` reads a folder where there is one of that name, and else asks the hub (`HF_ENDPOINT`, with `HF_TOKEN` where it is set). The hub answers the same for a private data set as for one that isn't there.",
  },
  "hub-needs-token": {
    severity: "error",
    message: accessRefusedText,
    help: (d) => hubTokenHelp(d, "data set"),
    explain:
      "Private and gated data sets need a token: in `HF_TOKEN`, or in the file that `hf auth login` writes. It stands in no plan, run or output.",
  },
  "hub-offline": {
    severity: "error",
    message: (d) => `"${d.name}" (${d.revision}) isn't in the cache, and the hub was not asked: ${d.why}`,
    help: () => "read it once where the hub can be reached; afterwards it is read from the cache",
    explain:
      "What `hub` fetches lies in the Hugging Face cache (`HF_HUB_CACHE`, `HF_HOME`), with a list of all files of the commit beside it, and is read from there without a net. A part of a data set is never taken for all of it.",
  },
  "hub-config": {
    severity: "error",
    message: (d) =>
      d.config === null
        ? `"${d.name}" has several configs, and none is its default`
        : `"${d.name}" has no config "${d.config}"`,
    help: (d) =>
      `write \`config: "${d.has[0] ?? "default"}"\`${d.has.length > 1 ? `, or another of ${listNames(d.has)}` : ""}`,
    explain:
      "A data set's README.md may name several configs, each with files of its own. Without `config` it is the one that is called `default`, or is marked so, or is the only one.",
  },
  "hub-split": {
    severity: "error",
    message: (d) => `"${d.name}" has no split "${d.split}"`,
    help: (d) => `it has ${listNames(d.has)}`,
    explain:
      "Splits are those that the README.md of a data set names, or those that its folders and files are called after (train, validation, test).",
  },
  "own-splits": {
    severity: "error",
    message: (d) =>
      d.beside === "split"
        ? `"${d.name}" has splits of its own (${listNames(d.has)}), and the data say \`split\` besides`
        : `"${d.name}" has splits of its own (${listNames(d.has)}), and is one of several sources`,
    help: (d) =>
      d.beside === "split"
        ? `leave \`split\` out, or take one of them: \`split: "${d.has[0] ?? "train"}"\` in \`hub(…)\``
        : `take one of them: \`split: "${d.has[0] ?? "train"}"\` in \`hub(…)\``,
    explain:
      "Rows that someone kept for a test are not mixed with those that train. Where the data set has splits, they are the splits of the data; a `split` of the data divides the rows of one.",
  },
  "hub-files": {
    severity: "error",
    message: (d) =>
      d.pattern === null
        ? `"${d.name}" has no files of rows`
        : `"${d.name}" has no file that fits ${d.pattern}, which its README.md names`,
    help: () =>
      "rows are read from CSV, TSV, JSON, JSON Lines, Parquet, Arrow and text files, packed by gzip or zstd too",
    notes: (d) => (d.there.length === 0 ? ["nothing lies there"] : [`there lies: ${listNames(d.there)}`]),
    explain:
      "The files of a data set are those that `configs` in its README.md names (`data_files`, `data_dir`), else all that lie there. Nothing outside of the folder is read.",
  },
  "hub-format": {
    severity: "error",
    message: (d) => `the files of "${d.name}" are ${d.found}, such as ${d.example}`,
    help: () =>
      "rows are read from CSV, TSV, JSON, JSON Lines, Parquet, Arrow and text files, packed by gzip or zstd too; write them as one of these",
    explain: "Most files of the data set are of a kind that holds no rows of text, or that no reader here knows.",
  },
  "hub-card": {
    severity: "error",
    message: (d) => `the README.md of "${d.name}" says how its files are read, and can't be followed: ${d.why}`,
    help: () =>
      "mend the part between the lines `---` at its beginning, or name the files themselves: `parquet(…)`, `csv(…)`",
    explain:
      "What stands there as YAML under `configs` names the files of each split. Where that is broken, what else the folder holds is not guessed.",
  },
  "hub-script": {
    severity: "error",
    message: (d) => `"${d.name}" is made by a program (${d.script}), and ${d.why}`,
    help: () =>
      "save its rows as Parquet once, in Python and where you trust the program's origin (`load_dataset(…).to_parquet(…)`), and read those with `parquet`",
    explain:
      "A data set's loading script is a program in Python that is never run here. Of many such data sets the hub keeps the rows as Parquet files, on the branch `refs/convert/parquet`; they are read where they are there and no other revision is asked for.",
  },
};
