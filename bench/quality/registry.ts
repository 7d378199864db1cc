/** Where npm packages come from: what npm itself is told here (its configuration, its environment), asked of npm. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

let asked: Promise<string> | undefined;

/** Address of the registry, ending in a slash. npm tells it to programs that it started; else npm is asked. */
export function npmRegistry(): Promise<string> {
  asked ??= (async () => {
    const told = process.env["npm_config_registry"] ?? (await ask());
    return told.endsWith("/") ? told : `${told}/`;
  })();
  return asked;
}

async function ask(): Promise<string> {
  const shell = process.platform === "win32";
  const { stdout } = await promisify(execFile)("npm", ["config", "get", "registry"], { shell });
  return stdout.trim();
}

/** Where a registry keeps a version's archive. */
export function archiveUrl(registry: string, name: string, version: string): string {
  return `${registry}${name}/-/${archiveName(name, version)}`;
}
export function archiveName(name: string, version: string): string {
  return `${name.split("/").at(-1)!}-${version}.tgz`;
}
