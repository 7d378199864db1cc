/** `tunebook fmt FILE`: formats a Tune file, or the Tune cells of a notebook. There is only one format. */
import type { Command } from "commander";
import writeFileAtomic from "write-file-atomic";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isTuneCell } from "#dsl/language/syntax/cell.js";
import { formatSource } from "#dsl/language/syntax/format.js";
import { demandNoLinkOutside } from "#kernel/apps/checking/in-place.js";
import { oneLine, printable } from "#kernel/host/value-text.js";
import { readNotebook, writeNotebook } from "#kernel/apps/jupyter/client/notebook-file.js";
import { registry } from "#stdlib/registry.js";
import { readNamedText } from "#kernel/fetch/regular.js";

export function register(program: Command): void {
  program
    .command("fmt")
    .description("format .tune files and the Tune cells of notebooks in place")
    .argument("<files...>", "FILE.tune or FILE.ipynb")
    .option("--check", "write nothing; exit status 1 if a file is not formatted")
    .action(async (files: readonly string[], options: { check?: true }) => {
      for (const file of files) {
        const changed = file.endsWith(".ipynb")
          ? await notebook(file, options.check === true)
          : await tune(file, options.check === true);
        if (!changed) continue;
        process.stdout.write(`${oneLine(printable(file))}\n`);
        if (options.check) process.exitCode = 1;
      }
    });
}

const verbs = registry.verbs().map((v) => v.name);

async function tune(file: string, dry: boolean): Promise<boolean> {
  if (!file.endsWith(".tune")) throw new CodedError("file-kind", { file, wanted: [".tune", ".ipynb"] });
  const text = readNamedText(file);
  const formatted = formatSource(text, verbs);
  if (formatted !== text && !dry) {
    demandNoLinkOutside(file);
    await writeFileAtomic(file, formatted);
  }
  return formatted !== text;
}

async function notebook(file: string, dry: boolean): Promise<boolean> {
  const book = await readNotebook(file);
  let changed = false;
  for (const cell of book.cells) {
    if (cell.cell_type !== "code" || !isTuneCell(cell.source, verbs)) continue;
    const formatted = formatSource(cell.source, verbs).replace(/\n$/, "");
    if (formatted === cell.source) continue;
    cell.source = formatted;
    changed = true;
  }
  if (changed && !dry) {
    demandNoLinkOutside(file);
    await writeNotebook(file, book);
  }
  return changed;
}
