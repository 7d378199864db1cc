/** Loads every room's table of codes, so that `explain` knows them all. */
import { readdirSync } from "node:fs";
import { registerCodes } from "#dsl/diagnostics/codes.js";
import type {} from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
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

/** Imports every table of dsl, stdlib, kernel and editors, `codes.js` or `*-codes.js` at any depth, and the vocabulary (words may bring codes). */
export async function loadCodes(): Promise<void> {
  await Promise.all([import("#dsl/compile/compile.js"), import("#stdlib/registry.js")]);
  const root = new URL("../../", import.meta.url);
  for (const room of ["dsl", "stdlib", "kernel", "editors"]) {
    const folder = new URL(`${room}/`, root);
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort())
      if (/(?:^|[/\\-])codes\.js$/.test(file) && !file.endsWith("all-codes.js"))
        await import(new URL(file.replaceAll("\\", "/"), folder).href);
  }
}
