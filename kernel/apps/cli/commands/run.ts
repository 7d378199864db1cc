/** `tunebook run FILE`: runs a Tune file, or a notebook with the real kernel, without a browser. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readParameter } from "#kernel/apps/jupyter/client/parameters.js";
import { Option, type Command } from "commander";
import type { RunOptions } from "../run-options.js";

export function register(program: Command): void {
  program
    .command("run")
    .description("run a .tune file, or a notebook (.ipynb) without a browser")
    .argument("<file>", "FILE.tune or FILE.ipynb")
    .option("-o, --out <file>", "file of the executed notebook (default: FILE.executed.ipynb)")
    .addOption(
      new Option("-p, --parameter <name=value>", "set a parameter; may be given more than once")
        .argParser(readParameter)
        .default({}, "the defaults in the file"),
    )
    .option("--runs <folder>", "folder for the runs (default: runs, next to the file)")
    .action(async (file: string, options: RunOptions) => {
      if (file.endsWith(".ipynb")) {
        const { runNotebookCommand } = await import("../run-notebook.js");
        process.exitCode = await runNotebookCommand(file, options);
      } else if (file.endsWith(".tune")) {
        const { runTuneCommand } = await import("../run-tune.js");
        process.exitCode = await runTuneCommand(file, options);
      } else throw new CodedError("file-kind", { file, wanted: [".tune", ".ipynb"] });
    });
}
