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
    help: (d) => `name ${d.target} itself, or trust the folder of the link with \`tunebook trust DIR\``,
    explain:
      "`fix` and `fmt` change the files that you name. In a folder that is not trusted a symbolic link could lead that change to a file elsewhere, so it is refused.",
  },
  "reference-stale": {
    severity: "error",
    message: ({ folder, pages }) => `${folder} is stale: ${listNames(pages, { most: 10 })}`,
    help: () => "run `npm run docs` and commit what it writes",
    explain:
      "The language reference is made from the records of the vocabulary, the table of codes and the grammar. One of them " +
      "changed, and the pages are still those of before.",
  },
  "unknown-command": {
    severity: "error",
    message: ({ command }) => `tunebook has no command "${command}"`,
    help: ({ nearest, has }) =>
      nearest === null ? `the commands are ${has.join(", ")}` : `write \`tunebook ${nearest}\``,
    explain: "The first word after `tunebook` names what to do. `tunebook --help` lists the commands.",
  },
  "bad-usage": {
    severity: "error",
    message: ({ message }) => message,
    help: ({ command }) => `\`${command} --help\` shows how it is called`,
    explain: "An argument or an option of a command is missing, unknown, or has a value that the command cannot use.",
  },
  "ended-early": {
    severity: "error",
    message: () => "it ended before its last statement was done",
    help: () => "run it again; this is a defect of Tunebook, and worth a report",
    explain: "A command waited for something that could not come any more, and its process had nothing left to do.",
  },
  "file-kind": {
    severity: "error",
    message: ({ file, wanted }) => `${file} is not a file of a kind this command takes (${wanted.join(", ")})`,
    explain: "The ending of a file's name tells what it holds: `.tune` a Tune program, `.ipynb` a notebook.",
  },
  "jupyterlab-failed": {
    severity: "error",
    message: ({ status }) => `JupyterLab ended with status ${status}`,
    help: () => "the lines above are JupyterLab's own",
    explain: "JupyterLab was started and ended with an error of its own, such as a port that is taken.",
  },
  "file-changed": {
    severity: "error",
    message: ({ file }) => `${file} was changed by someone else meanwhile; nothing was written`,
    help: () => "save it there, and call the command again",
    explain:
      "Between reading a file and writing it anew, an editor or another program wrote it. Its text was not touched.",
  },
  "not-told": {
    severity: "error",
    message: ({ file, names }) =>
      `what ${file} trains depends on ${names.map((name) => `\`$${name}\``).join(", ")}, which TypeScript cells make`,
    help: () => "`tunebook run` runs the notebook; in a notebook that ran, `show` beside a name shows the same",
    explain:
      "Plans, graphs and programs are made from data, settings and the model. The values of TypeScript's names exist only once their cells have run, and `tunebook check`, `plan` and `show` run none.",
  },
  "nothing-to-show": {
    severity: "error",
    message: ({ file, name }) => (name === null ? `${file} trains nothing` : `${file} has no training "${name}"`),
    help: ({ has, nearest }) =>
      nearest === null
        ? has.length > 0
          ? `there are ${has.join(", ")}`
          : "plans, graphs and programs are those of a `train` or `sweep` statement"
        : `write ${nearest}`,
    explain:
      "`tunebook show` prints plans, graphs and programs of the trainings of a file. A training is named by its model, or by what stands after `as`.",
  },
};
