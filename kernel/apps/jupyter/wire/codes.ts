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
        ? `${JSON.stringify(d.prompt)} cannot be answered: this front end does not support input`
        : "this front end does not support input",
    help: () => "run the cell in a notebook that supports input, or pass the value as a parameter",
    explain:
      "A cell requested input, but its front end reported that input is impossible (`allow_stdin` is false), as in a headless run. Pass the value as a parameter (`-p name=value`) or write it in the cell. A request made after its cell has ended gets the same answer.",
  },
  "bad-connection-file": {
    severity: "error",
    message: (d) => `connection file ${d.path}: ${d.problem}`,
    help: () =>
      "start the kernel from Jupyter or `jupyter run`: the front end writes this file when it starts a kernel",
    explain:
      "A Jupyter kernel reads its ports and its signing key from a JSON file. The path of this file is the last argument of the kernel's command. The file was missing, was not JSON, or had a field missing.",
  },
  "port-unavailable": {
    severity: "error",
    message: (d) => `cannot listen on ${d.address}: ${d.problem}`,
    help: () => "start the kernel again: the front end then chooses other ports",
    explain:
      "The kernel could not bind one of the five addresses in its connection file. Usually another program has taken the port in the meantime.",
  },
  "kernel-not-installed": {
    severity: "error",
    message: (d) => `no kernel named ${d.name} is installed`,
    help: (d) => `run \`tunebook kernel list\` to see installed kernels (searched: ${d.looked.join(", ")})`,
    explain:
      "`tunebook kernel uninstall` removes the files that `tunebook kernel install` wrote. It found no kernel with that name in the given location. Use the same `--user`, `--sys-prefix` or `--prefix` as for the installation.",
  },
  "kernel-name": {
    severity: "error",
    message: (d) => `${JSON.stringify(d.name)} is not a valid kernel name`,
    help: () => "use only letters, digits, `.`, `-` and `_`",
    explain:
      "Jupyter finds a kernel by its folder name. The name can have ASCII letters and digits, dots, hyphens and underscores.",
  },
  "kernel-not-ours": {
    severity: "error",
    message: (d) => `${d.folder} contains a kernel that Tunebook did not write`,
    help: () => "choose another `--name`",
    explain: "Tunebook does not overwrite or remove a kernel specification that another program installed.",
  },
  "folder-unwritable": {
    severity: "error",
    message: (d) => `cannot write to ${d.folder}: ${d.problem}`,
    help: () => "install with `--user`, or use a `--prefix` where you have write permission",
    explain:
      "Installing a kernel copies a few files to `share/jupyter` under the chosen prefix. This user must have write permission there.",
  },
  "undisplayable-value": {
    severity: "error",
    message: (d) => `the value to show is not plain JSON data: ${d.problem}`,
    help: () => "use a bundle of strings, numbers, lists and plain objects, with MIME types as keys",
    explain: "Every output is sent to the front end as JSON. JSON cannot represent a value that refers to itself.",
  },
};
