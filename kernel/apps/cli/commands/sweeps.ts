/** `tunebook sweeps [FILE]`: lists the sweeps in a folder, or the trials in a journal, including Optuna's. */
import type { Command } from "commander";

interface Options {
  readonly in: string;
  readonly best?: true;
  readonly json?: true;
}

export function register(program: Command): void {
  program
    .command("sweeps")
    .description("list the sweeps in a folder, or the trials in the journal of one; Optuna's journals too")
    .argument("[file]", "a journal: runs/sweeps/NAME-HASH.jsonl, or a file of Optuna's JournalFileBackend")
    .option("--in <folder>", "folder of the notebook, or of the runs themselves", ".")
    .option("--best", "print the program of the best trial alone")
    .option("--json", "print JSON")
    .action(async (file: string | undefined, options: Options) => {
      const { sweepsText } = await import("../sweeps-table.js");
      process.stdout.write(sweepsText(file ?? null, options));
    });
}
