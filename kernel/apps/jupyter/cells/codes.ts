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
    help: () => "to end the cell throw an error; to end the kernel shut it down from the notebook",
    explain:
      "A cell runs inside the kernel. If `process.exit` ended it, every name of the notebook would be lost, so the call ends the cell only. `process.abort` is treated alike.",
  },
  "name-is-tune": {
    severity: "error",
    message: ({ names }) =>
      `${names.map((n) => `"${n}"`).join(", ")} ${names.length > 1 ? "are names" : "is a name"} made by Tune`,
    help: ({ names }) =>
      `both languages share one set of names: give the TypeScript ${names.length > 1 ? "names" : "name"} another spelling, for example \`${names[0] ?? "x"}Value\``,
    explain:
      "Both languages share one set of names, so that `router.history` means the same in every cell. A TypeScript cell may read a Tune name but not declare it again. Nothing of the cell was run.",
  },
  "name-is-typescript": {
    severity: "error",
    message: ({ name }) => `"${name}" is a name made by a TypeScript cell`,
    help: ({ name }) => `both languages share one set of names: write another name, for example \`${name}_tune\``,
    explain:
      "Both languages share one set of names. A Tune statement cannot take a name that a TypeScript cell declared.",
  },
  "module-not-found": {
    severity: "error",
    message: ({ specifier, from }) => `no module "${specifier}" is found from ${from}`,
    help: ({ specifier }) =>
      specifier.startsWith(".")
        ? "paths are relative to the notebook's folder"
        : `install it in the notebook's folder: \`npm install ${specifier}\``,
    explain:
      "Packages are looked for from the notebook's folder upwards, then among those that Tunebook brings itself (arquero). Files are looked for from the notebook's folder.",
  },
  "module-has-no-export": {
    severity: "error",
    message: ({ specifier, name }) => `"${specifier}" exports no "${name}"`,
    help: ({ has }) => (has.length > 0 ? `it exports: ${listNames(has)}` : undefined),
    explain:
      "The import names something that the module does not export at run time; its type declarations may be those of another version.",
  },
  "file-does-not-compile": {
    severity: "error",
    message: ({ path }) => `${path} does not compile`,
    notes: ({ lines }) => lines,
    explain:
      "A file beside the notebook is compiled when a cell imports it. Correct the places that are named and run the cell again: the file is read afresh.",
  },
  "compiler-failed": {
    severity: "error",
    message: ({ why }) => `the TypeScript compiler failed on this cell: ${why}`,
    help: () => "nothing of it ran and other cells are as before: write the cell in smaller parts",
    explain:
      "The compiler threw an error of its own, with types and without. What it fails at is most often nested very deeply, or a type of a package that it can't spell. The next cell is compiled by a fresh one.",
  },
  "assistant-stopped": {
    severity: "error",
    message: ({ why }) => `the TypeScript compiler's thread stopped: ${why}`,
    help: () => "run the cell again: another one is started, which knows what earlier cells declared",
    explain:
      "Cells are compiled and completed on a thread of their own. It ended, for example for want of memory. Names are intact, and a new thread is told the declarations of the cells that ran.",
  },
  "no-cell": {
    severity: "error",
    message: ({ call }) => `${call} was called where no cell is at work`,
    help: () => "call it from a cell, or keep the handle that `display` gave and call its `update`",
    explain:
      "What is shown belongs to a cell. The call came from code that no cell started, so there is no place to show it.",
  },
  "not-a-bundle": {
    severity: "error",
    message: ({ got }) => `a MIME bundle is an object with a MIME type for each key, not ${got}`,
    help: () => 'write for example `display.mime({ "text/plain": "..", "text/html": ".." })`',
    explain:
      '`display.mime` and objects with `Symbol.for("Jupyter.display")` give a bundle: an object whose keys are MIME types.',
  },
};
