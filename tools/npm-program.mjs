// The installed npm: a program that this Node or another one can run.
import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Returns the path of npm-cli.js, preferably of the npm that called this process. */
export async function npmProgram() {
  const named = process.env.npm_execpath;
  if (named !== undefined && /npm-cli\.c?js$/.test(named) && (await isThere(named))) return named;
  const { stdout } = await run("npm", ["root", "--global"]);
  return join(stdout.trim(), "npm", "bin", "npm-cli.js");
}

const isThere = (path) =>
  access(path).then(
    () => true,
    () => false,
  );
