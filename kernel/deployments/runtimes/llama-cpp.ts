/**
 * Runs GGUF files in llama.cpp, through node-llama-cpp: the notebook's own package if it has one, else that installed
 * by `tunebook setup llama.cpp`. It is too large to be included in Tunebook.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { nodeEnv } from "#tools/node-env.mjs";
import type { RuntimeDefinition } from "../runtime.js";
import { openRuntimeProcess } from "./process.js";

const PACKAGE = "node-llama-cpp";

export const llamaCppRuntime: RuntimeDefinition = {
  title: "llama.cpp",
  found: () =>
    Promise.resolve(
      packageFolder() === null
        ? hasPrebuiltLlama()
          ? "tunebook setup llama.cpp brings it"
          : `npm install ${PACKAGE}, in the notebook's folder, brings it`
        : null,
    ),
  open(place) {
    const library = mustExist(packageFolder(), "a node-llama-cpp that was found");
    return openRuntimeProcess("./llama-cpp-main.js", "llama.cpp", { place, graphs: {}, library });
  },
};

/** Returns whether packages exist for this machine (tools/node-env/llama). */
export function hasPrebuiltLlama(): boolean {
  return process.platform === "linux" && process.arch === "x64";
}

/** Returns null if it is not installed. */
function packageFolder(): string | null {
  const env = hasPrebuiltLlama() ? nodeEnv("llama") : null;
  return upwards(process.cwd()) ?? (env?.ready ? join(env.folder, "node_modules", PACKAGE) : null);
}

/** Searches the parent folders as Node does. */
function upwards(folder: string): string | null {
  const packageFolder = join(folder, "node_modules", PACKAGE);
  if (existsSync(join(packageFolder, "package.json"))) return packageFolder;
  const above = dirname(folder);
  return above === folder ? null : upwards(above);
}
