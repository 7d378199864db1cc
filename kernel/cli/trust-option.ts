/** `--trust` on commands that only read a file. */
import { dirname, resolve } from "node:path";
import { Option } from "commander";
import { oneLine, printable } from "#kernel/core/display/text.js";
import { trustFolder } from "#kernel/trust/trust.js";

export const trustOption = (): Option =>
  new Option("--trust", "trust the file's folder first, as `tunebook trust` does: what is missing may be downloaded");

export async function trustAsked(file: string, { trust }: { readonly trust?: true }): Promise<void> {
  if (!trust) return;
  const folder = await trustFolder(dirname(resolve(file)), { subfolders: true });
  process.stderr.write(`${oneLine(printable(folder))} and its subfolders are trusted\n`);
}
