/** Codes of bundles. */
import { registerCodes } from "#dsl/diagnostics/codes.js";
import { listed } from "#dsl/diagnostics/listed.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "not-bundled": {
      readonly file: string;
      /** What another machine wouldn't find, and why. */
      readonly lacks: readonly { readonly what: string; readonly why: string }[];
    };
    "bundle-secret": { readonly file: string; readonly line: number | null; readonly env: string | null };
    "bundle-unsound": { readonly file: string; readonly why: string };
    "bundle-taken": { readonly folder: string };
  }
}

registerCodes({
  "not-bundled": {
    severity: "error",
    message: (d) =>
      `${d.file} would not run from a bundle: ${listed(d.lacks.map(({ what, why }) => `${what} ${why}`))}`,
    help: () => "keep what it reads in files beside it, and name them by paths that start at its folder",
    explain:
      "A bundle has to run on a machine without a network: it holds the program and every file that its plans read, at the paths by which they are named. What is fetched, asked of a service or named from the root of this machine would be missing there.",
  },
  "bundle-secret": {
    severity: "error",
    message: (d) =>
      d.env === null
        ? `${d.file} holds what looks like a key or a password${d.line === null ? "" : ` in line ${String(d.line)}`}`
        : `${d.file} holds the value of ${d.env}${d.line === null ? "" : ` in line ${String(d.line)}`}`,
    help: () => "write `secret(env: NAME)` in its place, clear the outputs that show it, and pack again",
    explain: "A bundle is given to others. What looks like a secret in a program, a notebook or a run is not packed.",
  },
  "bundle-unsound": {
    severity: "error",
    message: (d) => `${d.file} is no sound bundle: ${d.why}`,
    help: () => "ask for it again from where it came; nothing of it was kept",
    explain:
      "A bundle is a tar file with `tunebook-bundle.json` first, which tells the path, the size and the SHA-256 of every other file in it. Nothing else may be in it: no links, no paths that lead out of the folder, no file that isn't told or has another content.",
  },
  "bundle-taken": {
    severity: "error",
    message: (d) => `${d.folder} is there already and holds files`,
    help: () => "name another folder: `tunebook bundle --open FILE FOLDER`",
    explain: "A bundle is unpacked into a folder of its own, so that nothing that is there is written over.",
  },
});
