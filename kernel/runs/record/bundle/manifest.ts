/** Manifest of a bundle: its first file, `tunebook-bundle.json`. Paths use `/` and cannot leave the folder. */
import * as v from "valibot";
import { escapeControlCharacters } from "#dsl/language/diagnostics/codes.js";
import { objectWith, wholeNumber, type Schema } from "../../../fetch/json.js";
import { portabilityProblem } from "../../../fetch/portable.js";

export const MANIFEST_FILE = "tunebook-bundle.json";
/** Folder of wheels and archives that `setup` would download. */
export const NATIVE_FOLDER = "native";
/** Maximum bytes of a manifest, and maximum number of files in it. */
export const MANIFEST_LIMITS = { manifest: 16 * 2 ** 20, files: 50_000 } as const;

export interface BundledFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly sort: "program" | "run" | "data" | "annotations" | "base" | "named" | "native";
}
export interface BundleManifest {
  readonly version: 1;
  readonly tunebook: string;
  /** Path of the program to run, or of the run to replay. */
  readonly runs: { readonly program: string } | { readonly run: string };
  readonly files: readonly BundledFile[];
}

/** A path that can be unpacked on any system. */
const plain = v.pipe(
  v.string(),
  v.check(
    (path) => portabilityProblem(path) === null,
    ({ input }) => `${escapeControlCharacters(input)} ${portabilityProblem(input) ?? ""}`,
  ),
);

const runs = v.pipe(
  objectWith({ program: v.exactOptional(plain), run: v.exactOptional(plain) }),
  v.check(({ program, run }) => (program === undefined) !== (run === undefined), "runs is no program and no run"),
  v.transform(({ program, run }): BundleManifest["runs"] => (program === undefined ? { run: run ?? "" } : { program })),
);

export const bundleManifestSchema: Schema<BundleManifest> = objectWith({
  version: v.literal(1),
  tunebook: v.string(),
  runs,
  files: v.pipe(
    v.array(
      objectWith({
        path: plain,
        bytes: wholeNumber(),
        hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
        sort: v.picklist(["program", "run", "data", "annotations", "base", "named", "native"]),
      }),
    ),
    v.maxLength(MANIFEST_LIMITS.files),
  ),
});

/** The program or run must be among the files. */
export function missingEntryPointReason({ runs, files }: BundleManifest): string | null {
  const wanted = "program" in runs ? runs.program : `${runs.run}/plan.json`;
  return files.some(({ path }) => path === wanted) ? null : `${wanted}, which it is to run, is not in it`;
}
