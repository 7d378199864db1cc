/**
 * Files that the user gives the page: dropped (folders too) or picked. They are read in the window and passed to the
 * worker. A model's config.json and tokenizer.json belong in a folder named after the model, which a single file does
 * not have.
 */
import type { FileListEntry, GivenFile } from "../world/protocol.js";
import { elementById } from "./dom.js";
import { makeElement } from "./make.js";

const most = 256 * 2 ** 20; // bytes
const read = /\.(csv|tsv|json|jsonl|ndjson|txt|tune|gz)$/i;

export interface TakenFiles {
  readonly files: readonly GivenFile[];
  /** Files that were left out, and why. */
  readonly left: readonly string[];
}

/** @param base the program's base, if its tokenizer is missing */
export async function readGivenFiles(
  given: readonly (readonly [string, File])[],
  base: string | null,
): Promise<TakenFiles> {
  const files: GivenFile[] = [];
  const left: string[] = [];
  for (const [path, file] of given) {
    if (!read.test(path)) left.push(`${path} is no table and no model's description`);
    else if (file.size > most) left.push(`${path} is larger than ${String(most / 2 ** 20)} MiB`);
    else files.push({ path, text: new Uint8Array(await file.arrayBuffer()) });
  }
  const config = files.find(({ path }) => path === "config.json");
  const folder = config ? nameIn(config) : (base?.split("/").at(-1) ?? "my-model");
  return {
    left,
    files: files.map((file) =>
      /^(config|tokenizer|tokenizer_config)\.json$/.test(file.path)
        ? { ...file, path: `${folder}/${file.path}` }
        : file,
    ),
  };
}

/** Returns the model's name in a config.json. */
function nameIn({ text }: GivenFile): string {
  try {
    const config: unknown = JSON.parse(typeof text === "string" ? text : new TextDecoder().decode(text));
    const named = typeof config === "object" && config !== null && "_name_or_path" in config;
    const path = named ? config._name_or_path : null;
    return (typeof path === "string" && path.split("/").at(-1)) || "my-model";
  } catch {
    return "my-model"; // its errors are reported where it is used
  }
}

/** Returns every file of a drop with its path, including those in folders. Must be called during the event itself. */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly (readonly [string, File])[]> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return Array.from(transfer.files, (file) => [file.name, file] as const);
  const found = await Promise.all(entries.map((entry) => (entry ? filesIn(entry) : [])));
  return found.flat();
}

async function filesIn(entry: FileSystemEntry): Promise<readonly (readonly [string, File])[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [[entry.fullPath.replace(/^\//, ""), file]];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map(filesIn))).flat();
}

export function showFileList(
  lines: readonly FileListEntry[],
  options: { readonly insert: (text: string) => void; readonly remove: (path: string) => void },
): void {
  elementById("files").replaceChildren(
    ...lines.map(({ path, about, use, broken }) => {
      const item = makeElement(
        "li",
        {},
        makeElement("code", { title: path }, path),
        makeElement("span", { title: about }, about),
      );
      if (broken) item.dataset["broken"] = "";
      if (use)
        item.append(
          makeElement(
            "button",
            { type: "button", title: `Writes ${use}`, onclick: () => options.insert(use) },
            "Insert",
          ),
        );
      const gone = makeElement("button", { type: "button", onclick: () => options.remove(path) }, "✕");
      gone.setAttribute("aria-label", `Remove ${path}`);
      item.append(gone);
      return item;
    }),
  );
}
