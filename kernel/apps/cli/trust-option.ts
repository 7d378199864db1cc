/** `--trust` for commands that only read a file. */
import { dirname, resolve } from "node:path";
import { Option } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { oneLine, printable } from "#kernel/host/value-text.js";
import { renderFailure } from "./fail.js";
import { trustedFolders, trustFolder } from "#kernel/trust/trust.js";

export const trustOption = (): Option =>
  new Option(
    "--trust",
    "trust the file's folder first (see `tunebook trust`), so that missing models and data may be downloaded",
  );

/** Trusts the file's folder if `--trust` is given. Otherwise warns if the list of trusted folders cannot be read. */
export async function trustIfRequested(file: string, { trust }: { readonly trust?: true }): Promise<void> {
  if (!trust) return warnIfUnreadable();
  const folder = await trustFolder(dirname(resolve(file)), { subfolders: true });
  process.stderr.write(`${oneLine(printable(folder))} and its subfolders are trusted\n`);
}

function warnIfUnreadable(): void {
  try {
    trustedFolders();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    process.stderr.write(renderFailure(error).replace(/^error/, "warning"));
  }
}
