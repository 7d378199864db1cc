/**
 * Chooses the language server to start: the one in the settings, a workspace folder's own Tunebook, or the bundled one.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";

interface Found {
  readonly from: "setting" | "folder" | "extension";
  /** Location to show to the user. */
  readonly where: string;
  readonly args: readonly string[];
}
/** A program, or a JavaScript module that the editor's own Node runs. */
export type Chosen = Found &
  (
    | { readonly command: string; readonly module?: undefined }
    | { readonly module: string; readonly command?: undefined }
  );

export interface Situation {
  /** Value of `tune.server.command`. */
  readonly setting: readonly string[];
  readonly folders: readonly string[];
  /** Whether the workspace is trusted. If not, nothing of it is run. */
  readonly trusted: boolean;
  readonly extension: string;
}

export function chooseServer({ setting, folders, trusted, extension }: Situation): Chosen {
  const [command, ...args] = setting;
  if (trusted && command !== undefined) return { from: "setting", where: setting.join(" "), command, args };
  if (trusted)
    for (const folder of folders) {
      const module = tunebookIn(folder);
      if (module !== undefined) return { from: "folder", where: module, module, args: ["language-server"] };
    }
  const module = join(extension, "dist", "server", "server.mjs");
  return { from: "extension", where: "the extension", module, args: [] };
}

/** Returns the program that `npx tunebook` would start in the folder: the installed package, or a built clone. */
function tunebookIn(folder: string): string | undefined {
  for (const root of [join(folder, "node_modules", "tunebook"), folder]) {
    const found = read(join(root, "package.json"));
    if (!found) continue;
    const module = join(root, found.bin.tunebook);
    if (existsSync(module)) return module;
  }
  return undefined;
}

const described = v.object({ name: v.literal("tunebook"), bin: v.object({ tunebook: v.string() }) });
/** Returns undefined if there is no readable package file, or if it is not Tunebook's. */
function read(path: string): v.InferOutput<typeof described> | undefined {
  try {
    return v.parse(described, JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}
