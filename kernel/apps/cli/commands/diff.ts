/** `tunebook diff A B`: compares the inputs of two runs, and how their scores changed. */
import type { Command } from "commander";

export function register(program: Command): void {
  program
    .command("diff")
    .description("what two runs differ in: what can change numbers, what can't, and by how much scores moved")
    .argument("<run>", "its name, where one has it, its id, or its folder")
    .argument("<other>", "the run that it is compared with")
    .option("--in <folder>", "folder of the notebook, or of the runs themselves", ".")
    .option("--json", "print JSON")
    .action(async (here: string, there: string, options: { readonly in: string; readonly json?: true }) => {
      const [
        { findRunByName: runNamed },
        { comparedRunRecordOf: sideOf },
        { runDiffOf: diffOf, diffText },
        { printable },
      ] = await Promise.all([
        import("../runs/run-argument.js"),
        import("#kernel/runs/record/compared-run.js"),
        import("#kernel/evaluation/record/diff-text.js"),
        import("#kernel/host/value-text.js"),
      ]);
      const found = diffOf(sideOf(runNamed(here, options.in)), sideOf(runNamed(there, options.in)));
      process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : printable(diffText(found)));
    });
}
