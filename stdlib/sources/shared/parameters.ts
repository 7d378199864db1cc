/** Parameters that the file sources share. */
import { severalFilesAdvice } from "../../foreign-names/files.js";
import { defineParameter } from "#dsl/language/types/define.js";

/** A file, or a pattern of file names. `endings`: file extensions that completion lists first. */
export const filesParameter = (endings: readonly string[]) =>
  defineParameter({
    name: "path",
    type: { is: "string" },
    suggests: { from: "files", endings },
    misfits: { list: severalFilesAdvice },
    doc: "The file, or a pattern that names several (`part-*.csv`, `**/*.jsonl`), which are read as one, in the order of their names; a relative path starts from the notebook's folder. An address (`https://…`) is fetched once.",
    positional: true,
    required: true,
    why: "A notebook and its data move together.",
    impact: "high",
  });
export const textFilesParameter = filesParameter([
  ".csv",
  ".tsv",
  ".txt",
  ".json",
  ".jsonl",
  ".ndjson",
  ".gz",
  ".zst",
  ".zip",
]);
export const streamParameter = defineParameter({
  name: "stream",
  type: { is: "boolean" },
  doc: "Reads the file in parts and caches rows and tokens, so that memory stays constant however large the file is. For training and scores: a streamed data set is not available as a table in TypeScript.",
  default: { value: false },
  why: "Files of up to a few hundred thousand rows fit in memory, where every feature works.",
  impact: "low",
});
export const encodingParameter = defineParameter({
  name: "encoding",
  type: { is: "string" },
  doc: 'The encoding of the file, such as "utf-8" or "windows-1252"; invalid bytes are an error. By default it is UTF-8, or detected (UTF-16, windows-1252), and the cell shows it.',
  default: { value: "utf-8" },
  found: true,
  why: "Nearly every file is UTF-8; other bytes are an error and are never replaced.",
  impact: "low",
});
export const sha256Parameter = defineParameter({
  name: "sha256",
  type: { is: "string" },
  doc: "The SHA-256 that a downloaded file must have, in hexadecimal; other contents are an error. Without it the cell prints the file's SHA-256.",
  why: "An address may return another file tomorrow.",
  impact: "medium",
});

/** Credentials for a URL, each as the name of an environment variable. */
const token = defineParameter({
  name: "token",
  type: { is: "word", kind: "secret" },
  doc: "The token that an address requires, by the name of an environment variable. It is sent as `Authorization: Bearer`, only to that server; with `user` it is the password.",
  why: "Public files need none.",
  impact: "low",
});
const user = defineParameter({
  name: "user",
  type: { is: "string", form: "user" },
  doc: "The user name, if the server requires a name and a password (`token`).",
  why: "Most servers know a token's owner.",
  impact: "low",
});
const query = defineParameter({
  name: "query",
  type: { is: "word", kind: "secret" },
  doc: "The query of a signed address (`sig=…`), by the name of an environment variable. It is added to the address when the file is downloaded.",
  why: "Anybody with the signature has access.",
  impact: "low",
});
/** Parameters for a file that is downloaded from a URL. */
export const downloadParameters = [sha256Parameter, token, user, query] as const;
