/**
 * `tunebook bench types [--folder DIR]`: checks which types TypeScript cells get from packages that notebooks often
 * import. It installs them into a folder outside this project (without running scripts) and compiles one cell each, as
 * the kernel does. Prints those typed as `any`, the slowest cell, and the number of passes. `--folder` names a folder
 * to install into once and to reuse.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { AssistantClient } from "#kernel/apps/jupyter/cells/assistant-client.js";
import { globalDeclarations } from "#kernel/apps/jupyter/cells/globals.js";
import { cases, installed, type TypeCase } from "./types/cases.js";

const { values } = parseArgs({ options: { folder: { type: "string" } } });
const folder = resolve(values.folder ?? mkdtempSync(join(tmpdir(), "tunebook-types-")));

function install(): void {
  mkdirSync(join(folder, "lib"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, imports: { "#own/*": "./lib/*" } }));
  writeFileSync(join(folder, "lib", "numbers.ts"), "export const twice = (x: number): number => 2 * x;\n");
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps", "--loglevel", "error"];
  const { status } = spawnSync("npm", ["install", ...options, ...installed], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm ended with status ${String(status)}`);
}

/** A cell that compiles only if the module and the expression are typed. */
function cellOf({ specifier, of }: TypeCase, n: number): string {
  return [
    `import * as m from ${JSON.stringify(specifier)};`,
    `const value${n} = ${of};`,
    `const known${n}: [0 extends 1 & typeof m ? "any" : "known", 0 extends 1 & typeof value${n} ? "any" : "known"] = ["known", "known"];`,
  ].join("\n");
}

if (!existsSync(join(folder, "node_modules", "zod"))) install();
const assistant = new AssistantClient({ folder, runs: join(folder, "runs"), declarations: globalDeclarations });
await assistant.ask("convert", { code: "1" });
let known = 0;
let slowest = { seconds: 0, specifier: "" };
try {
  for (const [n, one] of cases.entries()) {
    const start = performance.now();
    const answer = await assistant.ask("convert", { code: cellOf(one, n) }).catch((error: unknown) => ({
      complaints: [{ code: "", message: String(error) }],
    }));
    const seconds = (performance.now() - start) / 1000;
    if (seconds > slowest.seconds) slowest = { seconds, specifier: one.specifier };
    if ("compiled" in answer) await assistant.ask("commit", {});
    const why =
      "complaints" in answer
        ? answer.complaints.map(({ code, message }) => `${code} ${message}`.slice(0, 300)).join("; ")
        : "compiled" in answer
          ? answer.compiled.notes.join("; ")
          : "clashes";
    if (why === "") known += 1;
    else console.log(`${one.specifier}: ${why}`);
  }
  console.log(`slowest: ${slowest.specifier}, ${slowest.seconds.toFixed(1)} s`);
  console.log(`${known} of ${cases.length} have types`);
} finally {
  await assistant.dispose();
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}
process.exitCode = known === cases.length ? 0 : 1;
