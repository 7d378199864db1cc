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
    help: () => "keep the files that it reads next to it, and name them by paths relative to its folder",
    explain:
      "A bundle must run on a machine without a network. It contains the program and every file that its plans read, at the paths in the program. Downloads, services and absolute paths would be missing there. File names must be valid on any system: no colon, no dot or space at the end, no device name of Windows, no file that other programs obey unasked (`.git`, `package.json`, `.npmrc`), and no two names that differ only in case or in the composition of accented letters.",
  },
  "bundle-secret": {
    severity: "error",
    message: ({ found: [first], count }) =>
      `${first ? secretText(first) : "the bundle would contain a secret"}${count > 1 ? `; and ${plural(count - 1, "more place")}` : ""}`,
    notes: ({ found }) => found.slice(1).map(secretText),
    help: ({ found }) =>
      found.some(({ place }) => place.startsWith("line"))
        ? "write `secret(env: NAME)` instead, remove it from all files, and pack again"
        : "write `secret(env: NAME)` instead, clear the outputs that show it, and pack again",
    explain:
      "A bundle is given to others, so it must not contain secrets. Programs, notebooks and runs are searched for texts that look like a key or a password. All files are searched for the values of environment variables that the program names by `secret(env: NAME)` or that are named like a secret (`OPENAI_API_KEY`, `HF_TOKEN`), and for the password of an address in one (`DATABASE_URL`). They are found unencoded, escaped (JSON, source code, URL, HTML, CSV, also mixed or twice), in base64, in hexadecimal digits and as a list of numbers. Files of more than 64 MiB and weights are not searched.",
  },
  "bundle-unsound": {
    severity: "error",
    message: (d) => `${d.file} is not a valid bundle: ${d.why}`,
    help: () => "download it again; nothing of it was kept",
    explain:
      "A bundle is a tar file that starts with `tunebook-bundle.json`, which lists the path, size and SHA-256 of every other file. Nothing else is allowed: no links, no paths out of the folder, no file that is not listed or has other content, no name that some system confuses with another file, a device or a stream, and none that other programs obey unasked (`.git/config`, `.npmrc`, `jupyter_server_config.py`).",
  },
  "bundle-taken": {
    severity: "error",
    message: (d) => `${d.folder} already exists and is not empty`,
    help: () => "choose another folder: `tunebook bundle --open FILE FOLDER`",
    explain: "A bundle is unpacked into a new folder, so that it overwrites nothing.",
  },
};
