// npm as it is installed here: the program that another Node, or this one, can run.
import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Path of npm-cli.js: of the npm that called us, if one did. */
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
