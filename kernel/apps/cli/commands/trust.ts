/** `tunebook trust [FOLDER]`: manages the folders for which checks and editors may download what they need. */
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { oneLine, printable } from "#kernel/host/value-text.js";
import { distrustFolder, trustingFolderOf, trustedFolders, trustFolder } from "#kernel/trust/trust.js";

interface Options {
  readonly remove?: true;
  readonly json?: true;
}

export function register(program: Command): void {
  program
    .command("trust")
    .description("trust a folder and its subfolders, or list the folders that are trusted")
    .argument("[folder]", "folder to trust (default: print the list)")
    .option("--remove", "remove the folder from the list")
    .option("--json", "print the list as JSON")
    .addHelpText(
      "after",
      "\nCommands and editors that only read a file (check, plan, show, fix) download nothing for a folder that is not\ntrusted. Running a program or a cell trusts its folder too, without the subfolders. The list is kept in your\nconfiguration (~/.config/tunebook, or TUNEBOOK_CONFIG).",
    )
    .action(async (folder: string | undefined, { remove, json }: Options, command: Command) => {
      if (folder === undefined ? remove : folder === "") command.error("name a folder");
      if (folder !== undefined) {
        const message = remove ? await removed(folder) : await added(folder);
        if (!json) process.stdout.write(`${message}\n`);
      }
      if (json) process.stdout.write(`${JSON.stringify({ folders: trustedFolders() }, null, 2)}\n`);
      else if (folder === undefined) process.stdout.write(listed());
    });
}

/** A folder's name may contain anything, including line breaks and terminal escape sequences. */
const shown = (path: string): string => oneLine(printable(path));

async function added(folder: string): Promise<string> {
  const path = await trustFolder(folder, { subfolders: true });
  const all = dirname(path) === path || path === realpathSync(homedir());
  if (all)
    process.stderr.write(
      `warning: that is ${dirname(path) === path ? "every folder of this machine" : "your entire home folder, downloads included"}; \`--remove\` undoes it\n`,
    );
  return `${shown(path)} and its subfolders are trusted`;
}

async function removed(folder: string): Promise<string> {
  const name = shown(resolve(folder));
  const wasListed = await distrustFolder(folder);
  const by = trustingFolderOf(folder);
  if (!wasListed) process.exitCode = 1;
  if (by !== null) return `${name} is still trusted, as a subfolder of ${shown(by)}`;
  return wasListed ? `${name} is no longer trusted` : `${name} is not on the list`;
}

function listed(): string {
  const all = trustedFolders();
  if (all.length === 0) return "no folder is trusted; `tunebook trust FOLDER` adds one\n";
  return all.map(({ path, subfolders }) => `${shown(path)}${subfolders ? " and its subfolders" : " alone"}\n`).join("");
}
