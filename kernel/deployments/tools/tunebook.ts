/**
 * Packs Tunebook as npm installs it, for folders that are served on other machines: without its tests, comparisons and
 * compiler files. Its dependencies come from npm's registry, in the exact versions of its package.json.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create } from "tar";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { ConversionTool } from "./tool.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
/** Parts of the package that are needed at run time. */
const PARTS = [
  ...["dist/vendor", "dist/dsl", "dist/stdlib", "dist/kernel", "dist/editors", "dist/tools"],
  ...["tools", "native"],
] as const;
const RUNS = /\.(?:js|mjs|json|cc|cpp|h|txt|py|wasm)$/;
/** Folder name in npm's archives. */
const FOLDER = "package";

export const packTunebookTool: ConversionTool = async ({ to }) => {
  const work = await mkdtemp(join(tmpdir(), "tunebook-package-"));
  try {
    await symlink(root, join(work, "root"), "junction");
    await writeFile(join(work, "package.json"), packageJson());
    const files = [...PARTS.flatMap(filesIn), "LICENSE", "NOTICE", "README.md"];
    const inPackage = (path: string): string => `${FOLDER}/${path.replace(/^root\//, "")}`;
    await create(
      {
        file: to,
        cwd: work,
        gzip: true,
        portable: true,
        follow: true,
        mtime: new Date(0),
        onWriteEntry: (entry) => void (entry.path = inPackage(entry.path)),
      },
      ["package.json", ...files.map((file) => `root/${file}`)],
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

function filesIn(part: string): readonly string[] {
  const folder = join(root, part);
  if (!statSync(folder, { throwIfNoEntry: false })) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && RUNS.test(entry.name) && !entry.name.endsWith(".test.js"))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll("\\", "/"))
    .sort();
}

/** Removes build scripts and development dependencies. */
function packageJson(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { scripts, devDependencies, files, ...rest } = isRecord(manifest) ? manifest : {};
  void [scripts, devDependencies, files];
  return `${JSON.stringify(rest, null, 2)}\n`;
}
