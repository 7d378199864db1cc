/** `tunebook diff A B`: compares the inputs of two runs, and how their scores changed. */
import type { Command } from "commander";

export function register(program: Command): void {
  program
    .command("diff")
    .description("compare two runs: settings that can change numbers, other differences, and the change of each score")
    .argument("<run>", "name, id or folder of the run")
    .argument("<other>", "name, id or folder of the other run")
    .option("--in <folder>", "folder of the notebook or of its runs", ".")
    .option("--json", "print JSON")
    .action(async (here: string, there: string, options: { readonly in: string; readonly json?: true }) => {
      const [
        { findRunByName: runNamed },
        { comparedRunRecordOf: sideOf },
        { runDiffOf: diffOf, runDiffText: diffText },
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
