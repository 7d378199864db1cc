/**
 * Texts inside the languages that targets write, whatever is in them: no text ends its quotes or begins a line of its own.
 */

/** A string of Python; one of JSON is that, escapes and all. */
export const pythonString = (text: string): string => JSON.stringify(text);
/** A string of JavaScript. */
export const javaScriptString = (text: string): string =>
  // A page's parser would find the end of its script.
  JSON.stringify(text).replace(/<(?=\/?script|!--)/gi, "\\u003c");
/** A list of such strings. */
export const pythonStringList = (texts: readonly string[]): string => `[${texts.map(pythonString).join(", ")}]`;

/** A word of a POSIX shell; nothing in it is expanded. What looks like an option is a path. */
export function shellWord(text: string): string {
  if (/^[\w./:@%+=,-]+$/.test(text) && text !== "") return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
/** The path of a file or folder as a program's argument: one that begins as an option does is told apart. */
export const shellPathArgument = (path: string): string => shellWord(path.startsWith("-") ? `./${path}` : path);

/** A path as a page asks for it: what would begin a query or a fragment, or is an escape, stands for itself. */
export const urlPath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** What a model may be called in Ollama. */
export const ollamaName = (text: string): string =>
  text.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "") || "model";

/** A value of a Modelfile as it stands, line breaks and all: Ollama knows no escapes. Null: no quotes can hold it. */
export function modelfileValue(text: string): string | null {
  if (!text.includes('"')) return `"${text}"`;
  return text.includes('"""') ? null : `"""${text}"""`;
}
