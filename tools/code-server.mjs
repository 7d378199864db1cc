// A real VS Code for trying the extension: `ensureCodeServer()` installs code-server (VS Code's server and its pages)
// and the Node version that it needs into the cache, from npm. It is large, and only `npm run try:vscode` uses it: no
// test needs it.
import { execFile } from "node:child_process";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { npmProgram } from "./npm-program.mjs";
import { cacheFolder, ToolError } from "./python-env.mjs";

const wanted = { "code-server": "4.139.1", [`node-${process.platform}-${process.arch}`]: "24.21.0" };
const run = promisify(execFile);

/**
 * Returns the paths of the Node to start it with and of its program. Rejects with a ToolError (`code-server-missing`).
 */
export async function ensureCodeServer({ onProgress = () => {} } = {}) {
  const folder = join(cacheFolder(), "tools", `code-server-${wanted["code-server"]}`);
  const of = (root) => {
    const modules = join(root, "node_modules");
    const node = join(modules, Object.keys(wanted)[1]);
    return { node, bin: join(node, "bin", "node"), server: join(modules, "code-server") };
  };
  const found = of(folder);
  const there = await access(join(folder, "complete")).then(
    () => true,
    () => false,
  );
  if (!there) {
    const stage = `${folder}.${process.pid}`;
    try {
      await mkdir(stage, { recursive: true });
      await bring(stage, of(stage), onProgress);
      await writeFile(join(stage, "complete"), "");
      await rm(folder, { recursive: true, force: true });
      await rename(stage, folder);
    } catch (error) {
      throw new ToolError(
        "code-server-missing",
        `code-server could not be brought: ${(error.stderr ?? error.message).trim().split("\n").at(-1)}`,
        "it comes from npm, and a C++ compiler builds two small parts of it",
      );
    } finally {
      await rm(stage, { recursive: true, force: true });
    }
  }
  return { node: found.bin, program: join(found.server, "out", "node", "entry.js") };
}

async function bring(stage, { node, bin, server }, onProgress) {
  // The installed npm, run by the Node that the packages are for.
  const npm = await npmProgram();
  const env = { ...process.env, PATH: `${join(node, "bin")}:${process.env.PATH}`, npm_config_nodedir: node };
  const call = (cwd, ...args) => run(bin, [npm, ...args], { cwd, env, maxBuffer: 1e8 });
  onProgress("bringing code-server");
  await writeFile(join(stage, "package.json"), JSON.stringify({ private: true, dependencies: wanted }));
  await run(process.execPath, [npm, "install", "--ignore-scripts", "--force", "--no-audit", "--no-fund"], {
    cwd: stage,
  });
  const code = join(server, "lib", "vscode");
  onProgress("bringing what VS Code's server needs");
  for (const folder of [code, join(code, "extensions")])
    await call(folder, "install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund");
  onProgress("building two native parts of it");
  await call(code, "rebuild", "@vscode/spdlog", "@vscode/native-watchdog", "--ignore-scripts=false");
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(await ensureCodeServer({ onProgress: (line) => console.log(line) }));
