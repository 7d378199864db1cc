/** `tunebook trust [FOLDER]`: folders for which checks and editors may download what they need; the list of them. */
import type { Command } from "commander";
import { oneLine, printable } from "#kernel/core/display/text.js";
import { distrustFolder, trustedFolders, trustFolder } from "#kernel/trust/trust.js";

interface Options {
  readonly remove?: true;
  readonly json?: true;
}

export function register(program: Command): void {
  program
    .command("trust")
    .description("trust a folder and its subfolders, or list the folders that are trusted")
    .argument("[folder]", "the folder to trust; without it the list is printed")
    .option("--remove", "take the folder off the list")
    .option("--json", "print the list as JSON")
    .addHelpText(
      "after",
      "\nCommands and editors that only read a file (check, plan, show, fix) download nothing for a folder that is not\ntrusted. Running a program or a cell trusts its folder too, without the subfolders. The list is kept in your\nconfiguration (~/.config/tunebook, or TUNEBOOK_CONFIG).",
    )
    .action(async (folder: string | undefined, { remove, json }: Options, command: Command) => {
      if (folder === undefined && remove) command.error("name the folder to take off the list");
      if (folder !== undefined) {
        const said = remove
          ? (await distrustFolder(folder))
            ? `${shown(folder)} is no longer trusted\n`
            : `${shown(folder)} was not on the list\n`
          : `${shown(await trustFolder(folder, { subfolders: true }))} and its subfolders are trusted\n`;
        if (!json) process.stdout.write(said);
      }
      if (json) process.stdout.write(`${JSON.stringify({ folders: trustedFolders() }, null, 2)}\n`);
      else if (folder === undefined) process.stdout.write(listed());
    });
}

/** A folder's name may hold anything, line breaks and commands of the terminal among them. */
const shown = (path: string): string => oneLine(printable(path));

function listed(): string {
  const all = trustedFolders();
  if (all.length === 0) return "no folder is trusted; `tunebook trust FOLDER` adds one\n";
  return all.map(({ path, subfolders }) => `${shown(path)}${subfolders ? " and its subfolders" : ""}\n`).join("");
}
