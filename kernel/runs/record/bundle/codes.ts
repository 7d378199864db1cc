/** Error codes of bundles. */
import type { CodeData, CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { plural } from "../../../host/value-text.js";

export interface BundleCodeData {
  "not-bundled": {
    readonly file: string;
    /** Items that another machine would lack, and why. */
    readonly lacks: readonly { readonly what: string; readonly why: string }[];
  };
  "bundle-secret": {
    readonly found: readonly {
      readonly file: string;
      /** For example `line 3` or `an output of cell 2`. */
      readonly place: string;
      /** The environment variable with this value; null if it only resembles a key or a password. */
      readonly env: string | null;
      /** How it is encoded there; null if it is unencoded. */
      readonly as: string | null;
    }[];
    /** Total number, of which some are listed. */
    readonly count: number;
  };
  "bundle-unsound": { readonly file: string; readonly why: string };
  "bundle-taken": { readonly folder: string };
}

type FoundSecret = CodeData["bundle-secret"]["found"][number];
function secretText({ file, place, env, as }: FoundSecret): string {
  const what = env === null ? "what looks like a key or a password" : `the value of ${env}`;
  return `${file} holds ${what}${as === null ? "" : ` as ${as}`} in ${place}`;
}

export const bundleCodes: CodeTable<BundleCodeData> = {
  "not-bundled": {
    severity: "error",
    message: (d) =>
      `${d.file} would not run from a bundle: ${listNames(d.lacks.map(({ what, why }) => `${what} ${why}`.trim()))}`,
    help: () => "keep what it reads in files beside it, and name them by paths that start at its folder",
    explain:
      "A bundle has to run on a machine without a network: it holds the program and every file that its plans read, at the paths by which they are named. What is fetched, asked of a service or named from the root of this machine would be missing there. Names of files must be such that any system takes them: no colon, no dot or space at their end, not called like a device of Windows or like what other programs obey unasked (`.git`, `package.json`, `.npmrc`), and no two that differ only in case or in how a letter with an accent is composed.",
  },
  "bundle-secret": {
    severity: "error",
    message: ({ found: [first], count }) =>
      `${first ? secretText(first) : "a secret would be packed"}${count > 1 ? `; and ${plural(count - 1, "more place")}` : ""}`,
    notes: ({ found }) => found.slice(1).map(secretText),
    help: ({ found }) =>
      found.some(({ place }) => place.startsWith("line"))
        ? "write `secret(env: NAME)` in its place, take it out of files that hold it, and pack again"
        : "write `secret(env: NAME)` in its place, clear the outputs that show it, and pack again",
    explain:
      "A bundle is given to others. What looks like a key or a password in a program, a notebook or a run is not packed, and in no file the value of a variable of the environment that the program names by `secret(env: NAME)` or that is called like a secret (`OPENAI_API_KEY`, `HF_TOKEN`), and the password of an address that one has (`DATABASE_URL`), be it written as it is, or as JSON, a program's text, an address, HTML or CSV has it (any of its signs, in any mix, also twice), in base64, in hexadecimal digits or as a list of numbers. Files of more than 64 MiB and weights aren't looked through.",
  },
  "bundle-unsound": {
    severity: "error",
    message: (d) => `${d.file} is no sound bundle: ${d.why}`,
    help: () => "ask for it again from where it came; nothing of it was kept",
    explain:
      "A bundle is a tar file with `tunebook-bundle.json` first, which tells the path, the size and the SHA-256 of every other file in it. Nothing else may be in it: no links, no paths that lead out of the folder, no file that isn't told or has another content, no name that some system takes for another one's, for a device or for a stream, and none that other programs obey unasked (`.git/config`, `.npmrc`, `jupyter_server_config.py`).",
  },
  "bundle-taken": {
    severity: "error",
    message: (d) => `${d.folder} is there already and holds files`,
    help: () => "name another folder: `tunebook bundle --open FILE FOLDER`",
    explain: "A bundle is unpacked into a folder of its own, so that nothing that is there is written over.",
  },
};
