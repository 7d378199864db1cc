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
    .description("list the sweeps of a folder, or the trials in a journal (also Optuna's)")
    .argument("[file]", "journal: runs/sweeps/NAME-HASH.jsonl, or a file of Optuna's JournalFileBackend")
    .option("--in <folder>", "folder of the notebook or of its runs", ".")
    .option("--best", "print only the program of the best trial")
    .option("--json", "print JSON")
    .action(async (file: string | undefined, options: Options) => {
      const { sweepsText } = await import("../sweeps-table.js");
      process.stdout.write(sweepsText(file ?? null, options));
    });
}
