/** Diagnostic codes of the command line and of the Jupyter client. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface CheckingCodeData {
  "unknown-command": { readonly command: string; readonly nearest: string | null; readonly has: readonly string[] };
  "bad-usage": { readonly message: string; readonly command: string };
  "ended-early": Record<string, never>;
  "file-kind": { readonly file: string; readonly wanted: readonly string[] };
  "jupyterlab-failed": { readonly status: number };
  "file-changed": { readonly file: string };
  "link-outside": { readonly file: string; readonly target: string };
  "not-told": { readonly file: string; readonly names: readonly string[] };
  "nothing-to-show": {
    readonly file: string;
    readonly name: string | null;
    readonly has: readonly string[];
    readonly nearest: string | null;
  };
  "reference-stale": { readonly folder: string; readonly pages: readonly string[] };
}

export const checkingCodes: CodeTable<CheckingCodeData> = {
  "link-outside": {
    severity: "error",
    message: (d) => `${d.file} is a link to a file outside its folder: ${d.target}`,
    help: (d) => `name ${d.target} itself, or trust the link's folder with \`tunebook trust DIR\``,
    explain:
      "`fix` and `fmt` change the files that you name. In an untrusted folder, a symbolic link could redirect the change to a file outside it. Such links are therefore rejected.",
  },
  "reference-stale": {
    severity: "error",
    message: ({ folder, pages }) => `${folder} is out of date: ${listNames(pages, { most: 10 })}`,
    help: () => "run `npm run docs` and commit the result",
    explain:
      "The language reference is generated from the vocabulary records, the table of codes and the grammar. One of them " +
      "was changed, but the pages were not generated again.",
  },
  "unknown-command": {
    severity: "error",
    message: ({ command }) => `tunebook has no command "${command}"`,
    help: ({ nearest, has }) =>
      nearest === null ? `use one of the commands ${has.join(", ")}` : `write \`tunebook ${nearest}\``,
    explain: "The first word after `tunebook` is the command. `tunebook --help` lists all commands.",
  },
  "bad-usage": {
    severity: "error",
    message: ({ message }) => message,
    help: ({ command }) => `run \`${command} --help\` to see the usage`,
    explain: "An argument or option of a command is missing, is unknown, or has an invalid value.",
  },
  "ended-early": {
    severity: "error",
    message: () => "the command ended before its last statement was done",
    help: () => "run it again, and report it: this is a bug in Tunebook",
    explain: "A command waited for an event that could no longer occur, and its process had nothing left to do.",
  },
  "file-kind": {
    severity: "error",
    message: ({ file, wanted }) => `this command does not support the file type of ${file} (only ${wanted.join(", ")})`,
    explain: "The file extension gives the type: `.tune` is a Tune program, `.ipynb` is a notebook.",
  },
  "jupyterlab-failed": {
    severity: "error",
    message: ({ status }) => `JupyterLab ended with status ${status}`,
    help: () => "read the lines above: they come from JupyterLab",
    explain: "JupyterLab started and then ended with its own error, such as a port that is in use.",
  },
  "file-changed": {
    severity: "error",
    message: ({ file }) => `another program changed ${file} in the meantime; nothing was written`,
    help: () => "save the file in that program, and run the command again",
    explain:
      "An editor or another program wrote the file after the command read it and before it wrote it. Its text was left unchanged.",
  },
  "not-told": {
    severity: "error",
    message: ({ file, names }) =>
      `the trainings of ${file} depend on ${names.map((name) => `\`$${name}\``).join(", ")}, defined in TypeScript cells`,
    help: () => "run the notebook with `tunebook run`; in a notebook that has run, use `show` with a name",
    explain:
      "Plans, graphs and programs depend on data, settings and the model. TypeScript values exist only after their cells have run. `tunebook check`, `plan` and `show` run no cells.",
  },
  "nothing-to-show": {
    severity: "error",
    message: ({ file, name }) => (name === null ? `${file} has no training` : `${file} has no training "${name}"`),
    help: ({ has, nearest }) =>
      nearest === null
        ? has.length > 0
          ? `choose from ${has.join(", ")}`
          : "add a `train` or `sweep` statement: plans, graphs and programs belong to one"
        : `write ${nearest}`,
    explain:
      "`tunebook show` prints plans, graphs and programs of the trainings in a file. A training has the name of its model, or the name after `as`.",
  },
};
