/** Quotes any text for the languages that targets write: no text can end its quotes or begin a new line. */

/** A Python string literal; JSON's is a valid one, including escapes. */
export const pythonString = (text: string): string => JSON.stringify(text);
/** A JavaScript string literal. */
export const javaScriptString = (text: string): string =>
  // Otherwise an HTML parser would see the end of the script.
  JSON.stringify(text).replace(/<(?=\/?script|!--)/gi, "\\u003c");
/** A Python list of string literals. */
export const pythonStringList = (texts: readonly string[]): string => `[${texts.map(pythonString).join(", ")}]`;

/** Quotes a word for a POSIX shell, without any expansion. */
export function shellWord(text: string): string {
  if (/^[\w./:@%+=,-]+$/.test(text) && text !== "") return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
/** Quotes a file or folder path as a program's argument; a path that looks like an option gets a `./` prefix. */
export const shellPathArgument = (path: string): string => shellWord(path.startsWith("-") ? `./${path}` : path);

/** Encodes a path for a URL: characters that would begin a query, a fragment or an escape are escaped. */
export const urlPath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** Converts a text to a valid model name in Ollama. */
export const ollamaName = (text: string): string =>
  text.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "") || "model";

/**
 * Quotes a Modelfile value verbatim, including line breaks, because Ollama has no escapes. Null if it can't be quoted.
 */
export function modelfileValue(text: string): string | null {
  if (!text.includes('"')) return `"${text}"`;
  return text.includes('"""') ? null : `"""${text}"""`;
}
