/** Diagnostic codes of the wire: errors between a front end and the kernel, and in installing the kernel. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface WireCodeData {
  "no-input": { readonly prompt: string };
  "bad-connection-file": { readonly path: string; readonly problem: string };
  "port-unavailable": { readonly address: string; readonly problem: string };
  "kernel-not-installed": { readonly name: string; readonly looked: readonly string[] };
  "kernel-name": { readonly name: string };
  "kernel-not-ours": { readonly folder: string };
  "folder-unwritable": { readonly folder: string; readonly problem: string };
  "undisplayable-value": { readonly problem: string };
}

export const wireCodes: CodeTable<WireCodeData> = {
  "no-input": {
    severity: "error",
    message: (d) =>
      d.prompt
        ? `nobody can answer ${JSON.stringify(d.prompt)}: this front end takes no input`
        : "this front end takes no input",
    help: () => "run the cell in a notebook that can ask, or give the value as a parameter",
    explain:
      "A cell asked for input, but the front end that sent it said that nobody is there to answer (`allow_stdin` is false), as when a notebook runs headless. Pass the value as a parameter (`-p name=value`) or write it in the cell. A question asked after its cell has ended gets the same answer.",
  },
  "bad-connection-file": {
    severity: "error",
    message: (d) => `connection file ${d.path}: ${d.problem}`,
    help: () =>
      "the front end writes this file when it starts a kernel; start the kernel from Jupyter or `jupyter run`",
    explain:
      "A Jupyter kernel is told its ports and its signing key by a JSON file whose path is the last argument of its command. That file was missing, not JSON, or lacked a field.",
  },
  "port-unavailable": {
    severity: "error",
    message: (d) => `cannot listen on ${d.address}: ${d.problem}`,
    help: () => "start the kernel again; the front end then picks other ports",
    explain:
      "The kernel could not bind one of the five addresses in its connection file, most often because another program took the port in between.",
  },
  "kernel-not-installed": {
    severity: "error",
    message: (d) => `no kernel named ${d.name} is installed`,
    help: (d) => `looked in ${d.looked.join(", ")}; \`tunebook kernel list\` shows what is installed`,
    explain:
      "`tunebook kernel uninstall` removes what `tunebook kernel install` wrote. It found no kernel of that name where it was told to look; give the same `--user`, `--sys-prefix` or `--prefix` as at the installation.",
  },
  "kernel-name": {
    severity: "error",
    message: (d) => `${JSON.stringify(d.name)} cannot name a kernel`,
    help: () => "use letters, digits, `.`, `-` and `_` only",
    explain:
      "Jupyter finds a kernel by the name of its folder: ASCII letters and digits, dots, hyphens and underscores.",
  },
  "kernel-not-ours": {
    severity: "error",
    message: (d) => `${d.folder} holds a kernel that Tunebook did not write`,
    help: () => "choose another `--name`",
    explain: "Tunebook neither overwrites nor removes a kernel specification that another program installed.",
  },
  "folder-unwritable": {
    severity: "error",
    message: (d) => `cannot write to ${d.folder}: ${d.problem}`,
    help: () => "install with `--user`, or give a `--prefix` that you may write to",
    explain:
      "Installing a kernel copies a few files to `share/jupyter` under the chosen prefix, where this user must be allowed to write.",
  },
  "undisplayable-value": {
    severity: "error",
    message: (d) => `what was to be shown is not plain JSON data: ${d.problem}`,
    help: () => "give a bundle of strings, numbers, lists and plain objects, keyed by MIME type",
    explain: "Whatever is shown travels to the front end as JSON. A value that refers to itself cannot be written so.",
  },
};
