/** Messages for errors of a TypeScript cell other than compiler errors and the user's own. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface CellsCodeData {
  "exit-in-cell": { readonly status: string };
  "name-is-tune": { readonly names: readonly string[] };
  "name-is-typescript": { readonly name: string };
  "module-not-found": { readonly specifier: string; readonly from: string };
  "module-has-no-export": { readonly specifier: string; readonly name: string; readonly has: readonly string[] };
  "file-does-not-compile": { readonly path: string; readonly lines: readonly string[] };
  "compiler-failed": { readonly why: string };
  "assistant-stopped": { readonly why: string };
  "no-cell": { readonly call: string };
  "not-a-bundle": { readonly got: string };
}

export const cellsCodes: CodeTable<CellsCodeData> = {
  "exit-in-cell": {
    severity: "error",
    message: ({ status }) => `a cell called process.exit(${status})`,
    help: () => "throw an error to end the cell, or shut the kernel down from the notebook",
    explain:
      "A cell runs inside the kernel. If `process.exit` ended the kernel, every name of the notebook would be lost. The call therefore ends only the cell, as does `process.abort`.",
  },
  "name-is-tune": {
    severity: "error",
    message: ({ names }) =>
      `${names.map((n) => `"${n}"`).join(", ")} ${names.length > 1 ? "are names" : "is a name"} already defined in Tune`,
    help: ({ names }) =>
      `rename the TypeScript ${names.length > 1 ? "names" : "name"}, for example to \`${names[0] ?? "x"}Value\`: both languages share one set of names`,
    explain:
      "Both languages share one set of names, so `router.history` means the same in every cell. A TypeScript cell may read a Tune name but not declare it again. No part of the cell was run.",
  },
  "name-is-typescript": {
    severity: "error",
    message: ({ name }) => `"${name}" is already defined in a TypeScript cell`,
    help: ({ name }) => `use another name, for example \`${name}_tune\`: both languages share one set of names`,
    explain:
      "Both languages share one set of names. A Tune statement cannot define a name that a TypeScript cell declared.",
  },
  "module-not-found": {
    severity: "error",
    message: ({ specifier, from }) => `module "${specifier}" was not found from ${from}`,
    help: ({ specifier }) =>
      specifier.startsWith(".")
        ? "write a path relative to the notebook's folder"
        : `install it in the notebook's folder: \`npm install ${specifier}\``,
    explain:
      "Packages are searched in the notebook's folder and its parent folders, then among the packages included in Tunebook (arquero). Files are searched from the notebook's folder.",
  },
  "module-has-no-export": {
    severity: "error",
    message: ({ specifier, name }) => `"${specifier}" does not export "${name}"`,
    help: ({ has }) => (has.length > 0 ? `choose from its exports: ${listNames(has)}` : undefined),
    explain:
      "The module does not export the imported name at run time. Its type declarations may belong to another version.",
  },
  "file-does-not-compile": {
    severity: "error",
    message: ({ path }) => `${path} does not compile`,
    notes: ({ lines }) => lines,
    explain:
      "A file next to the notebook is compiled when a cell imports it. Correct the listed places and run the cell again. The file is then read again.",
  },
  "compiler-failed": {
    severity: "error",
    message: ({ why }) => `the TypeScript compiler failed on this cell: ${why}`,
    help: () => "write the cell in smaller parts: no part of it ran, and other cells are unchanged",
    explain:
      "The compiler threw an internal error, both with and without types. Common causes are very deep nesting, or a package's type that the compiler cannot write out. A new compiler compiles the next cell.",
  },
  "assistant-stopped": {
    severity: "error",
    message: ({ why }) => `the TypeScript compiler's thread stopped: ${why}`,
    help: () => "run the cell again: a new thread starts and knows the declarations of earlier cells",
    explain:
      "A separate thread compiles and completes cells. It ended, for example because it ran out of memory. Names are intact. A new thread receives the declarations of the cells that ran.",
  },
  "no-cell": {
    severity: "error",
    message: ({ call }) => `${call} was called while no cell was running`,
    help: () => "call it from a cell, or keep the handle that `display` returned and call its `update`",
    explain:
      "Output belongs to a cell. The call came from code that no cell started, so there is no place to show the output.",
  },
  "not-a-bundle": {
    severity: "error",
    message: ({ got }) => `a MIME bundle must be an object with MIME types as keys, not ${got}`,
    help: () => 'write for example `display.mime({ "text/plain": "..", "text/html": ".." })`',
    explain:
      '`display.mime` and objects with `Symbol.for("Jupyter.display")` require a bundle: an object whose keys are MIME types.',
  },
};
