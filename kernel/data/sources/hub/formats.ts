/** Selects the reader of a data set's file by its extensions. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** By extension: the group of files that belong together, and the word of the vocabulary that reads one. */
const readers: Readonly<Record<string, { readonly kind: string; readonly word: string }>> = {
  parquet: { kind: "parquet", word: "parquet" },
  arrow: { kind: "arrow", word: "arrow" },
  jsonl: { kind: "json", word: "jsonl" },
  ndjson: { kind: "json", word: "jsonl" },
  json: { kind: "json", word: "json" },
  csv: { kind: "csv", word: "csv" },
  tsv: { kind: "csv", word: "csv" },
  txt: { kind: "text", word: "text" },
};
/** Preference if two groups have equally many files. */
const favoured = Object.keys(readers);
/** Other kinds of contents, and unsupported compression. */
const others =
  /\.(?:png|jpe?g|gif|webp|bmp|tiff?|wav|mp3|flac|ogg|opus|m4a|mp4|avi|mkv|webm|pdf|tar|tgz|xml|h5|hdf5|npz?|pt|pkl|pickle|lance|conllu?|eval|toml|xlsx?|zip|gz|zst|bz2|xz|7z)$/i;
const packed = /\.(?:gz|zst|zip)$/i;

function endingsOf(name: string): readonly string[] {
  return (name.split("/").at(-1) ?? "").toLowerCase().split(".").slice(1);
}

/** Returns the extension that determines the reader; undefined: no reader supports the file. */
function endingOf(name: string): string | undefined {
  const bare = name.replace(packed, "").toLowerCase();
  const last = bare.split(".").at(-1) ?? "";
  return endingsOf(name).length > 0 && Object.hasOwn(readers, last) ? last : undefined;
}

/** Returns whether the file may contain rows or other contents of a data set. */
export function isDataFile(name: string): boolean {
  return endingOf(name) !== undefined || others.test(name);
}

export interface HubDataFile {
  readonly name: string;
  readonly word: string;
}

/** Returns the files of the most common group. Coded error `hub-format`. */
export function mostCommonFormatFiles(name: string, files: readonly string[]): readonly HubDataFile[] {
  const counts = new Map<string, number>();
  for (const file of files) {
    const ending = endingOf(file) ?? endingsOf(file).at(-1) ?? "";
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const rank = (ending: string): number => (favoured.includes(ending) ? favoured.indexOf(ending) : favoured.length);
  const [most = ""] = [...counts].sort((a, b) => b[1] - a[1] || rank(a[0]) - rank(b[0]))[0] ?? [];
  const kind = readers[most]?.kind;
  if (kind === undefined)
    throw new CodedError("hub-format", {
      name,
      found: most === "" ? "of no kind that is known" : `.${most}`,
      example: files.find((file) => file.toLowerCase().endsWith(most)) ?? files[0] ?? "",
    });
  return files.flatMap((file) => {
    const reader = readers[endingOf(file) ?? ""];
    return reader?.kind === kind ? [{ name: file, word: reader.word }] : [];
  });
}
