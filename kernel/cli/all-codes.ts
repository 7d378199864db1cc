/** Loads every room's table of codes, so that `explain` knows them all. */
import { readdirSync, existsSync } from "node:fs";
import { registerCodes } from "#dsl/check/codes.js";
import type {} from "#dsl/check/codes.js";

declare module "#dsl/check/codes.js" {
  interface CodeData {
    "unknown-code": { readonly code: string; readonly nearest: string | null };
  }
}
registerCodes({
  "unknown-code": {
    severity: "error",
    message: ({ code }) => `there is no error code "${code}"`,
    help: ({ nearest }) =>
      nearest === null ? "`tunebook explain` lists all codes" : `write \`tunebook explain ${nearest}\``,
    explain: "`tunebook explain` takes a code as it stands between the brackets of `error[...]`.",
  },
});

/** Imports `codes.js` of every folder of dsl, stdlib and kernel, and the vocabulary (words may bring codes). */
export async function loadCodes(): Promise<void> {
  await Promise.all([import("#dsl/compile.js"), import("#stdlib/registry.js")]);
  const root = new URL("../../", import.meta.url);
  for (const room of ["dsl", "stdlib", "kernel"]) {
    const folder = new URL(`${room}/`, root);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = new URL(`${entry.name}/codes.js`, folder);
      if (entry.isDirectory() && existsSync(file)) await import(file.href);
    }
  }
}
