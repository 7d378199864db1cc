/** Detects files that are not text by their first bytes, regardless of their name. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";

const cell = "read it in a TypeScript cell and use the table as `$rows`";
const unpack =
  "unpack it first; compressed files that end in `.gz`, `.zst` or `.zip` (with a single file) are supported";

/** Pattern of the first bytes (latin1), the file type, and what to do with it. */
const kinds: readonly (readonly [RegExp, string, (name: string) => string])[] = [
  [
    /^PK\x03\x04/,
    "a ZIP archive (as Excel's and OpenDocument's workbooks are)",
    (name) => (/\.(?:xlsx|xlsm|ods)$/i.test(name) ? `save the sheet as CSV, or ${cell}` : unpack),
  ],
  [/^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, "an old Excel workbook", () => `save the sheet as CSV, or ${cell}`],
  [/^\x1f\x8b\x08/, "packed by gzip", (name) => `call it "${name}.gz": by that ending it is unpacked`],
  [/^BZh[1-9]1AY/, "packed by bzip2", () => unpack],
  [/^\xfd7zXZ\x00/, "packed by xz", () => unpack],
  [/^\x28\xb5\x2f\xfd/, "packed by zstd", (name) => `call it "${name}.zst": by that ending it is unpacked`],
  [/^PAR1/, "a Parquet file", (name) => `read it with \`parquet(${JSON.stringify(name)})\``],
  [/^ARROW1\x00/, "an Arrow (Feather) file", (name) => `read it with \`arrow(${JSON.stringify(name)})\``],
  [
    /^SQLite format 3\x00/,
    "an SQLite database",
    (name) => `read it with a query: \`sql("select … order by …", database: ${JSON.stringify(name)})\``,
  ],
  [/^\x89HDF\r\n/, "an HDF5 file", () => "save its rows as CSV or JSON Lines"],
  [/^\x80[\x02-\x05]/, "a Python pickle", () => "save its rows in Python as CSV (`to_csv`) or JSON Lines"],
  [
    /^\x89PNG\r\n\x1a\n|^\xff\xd8\xff|^GIF8[79]a|^RIFF[^]{4}WEBP|^(?:II\*\0|MM\0\*)/,
    "a picture",
    () => "name the file that holds the texts; pictures are not read",
  ],
  [
    /^RIFF[^]{4}(?:WAVE|AVI )|^ID3[\x02-\x04]|^OggS\0|^fLaC\0/,
    "sound or video",
    () => "name the file that holds the texts",
  ],
  [/^%PDF-/, "a PDF document", () => "save its text as CSV or JSON Lines"],
  [
    /^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)[\s>]/i,
    "a web page (HTML)",
    () => "download the file itself, not the page that shows it",
  ],
  [/^version https:\/\/git-lfs\./, "a pointer of Git LFS, not the data", () => "fetch the data with `git lfs pull`"],
];

/** Returns the file type by its first bytes, and what to do with it; undefined if the type is unknown. */
export function detectFileKind(
  bytes: Uint8Array,
  file: string,
): { readonly found: string; readonly mend: string } | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  const [, found, mend] = kinds.find(([pattern]) => pattern.test(head)) ?? [];
  return found !== undefined && mend ? { found, mend: mend(file) } : undefined;
}

/** Coded error `not-a-text-file`. `bytes`: the first bytes of the file. */
export function checkTextFile(bytes: Uint8Array, file: string): void {
  const kind = detectFileKind(bytes, file);
  if (kind) throw new CodedError("not-a-text-file", { file, ...kind });
}
