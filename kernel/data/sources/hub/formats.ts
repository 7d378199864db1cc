/** Which reader a file of a data set is for, by the endings of its name. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** By ending: what files that belong together are, and the word that reads one. */
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
/** Which is taken where two kinds have equally many files. */
const favoured = Object.keys(readers);
/** Of kinds that hold something else, and of what packs them otherwise. */
const others =
  /\.(?:png|jpe?g|gif|webp|bmp|tiff?|wav|mp3|flac|ogg|opus|m4a|mp4|avi|mkv|webm|pdf|tar|tgz|xml|h5|hdf5|npz?|pt|pkl|pickle|lance|conllu?|eval|toml|xlsx?|zip|gz|zst|bz2|xz|7z)$/i;
const packed = /\.(?:gz|zst|zip)$/i;

function endingsOf(name: string): readonly string[] {
  return (name.split("/").at(-1) ?? "").toLowerCase().split(".").slice(1);
}

/** The ending by which a file is read; undefined: nothing here reads it. */
function endingOf(name: string): string | undefined {
  const bare = name.replace(packed, "").toLowerCase();
  const last = bare.split(".").at(-1) ?? "";
  return endingsOf(name).length > 0 && Object.hasOwn(readers, last) ? last : undefined;
}

/** Whether it may be a file of rows, or of what else a data set is made of. */
export function isDataFile(name: string): boolean {
  return endingOf(name) !== undefined || others.test(name);
}

export interface HubDataFile {
  readonly name: string;
  readonly word: string;
}

/** The files of the kind that most are of. Coded error `hub-format`. */
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
