/** `tunebook worker --coordinator URL`: takes work of a run (trials of a sweep) and runs it on this machine. */
import { parsePositiveInteger } from "../positive.js";
import { Option, type Command } from "commander";

interface Options {
  readonly coordinator: string;
  readonly tokenFile?: string;
  readonly name?: string;
  readonly threads?: number;
  readonly patience: number;
}

export function register(program: Command): void {
  program
    .command("worker")
    .description(
      "do the work of a run that goes on elsewhere: trials of a sweep; the token is in TUNEBOOK_WORKER_TOKEN",
    )
    .requiredOption("--coordinator <url>", "where the work is: http://HOST:PORT")
    .option("--token-file <file>", "the token of the run, in a file that its owner alone may read")
    .option("--name <name>", "what the notebook calls it (default: the machine and the process)")
    .addOption(new Option("--threads <n>", "threads of its engine (default: all)").argParser(parsePositiveInteger))
    .addOption(
      new Option("--patience <seconds>", "how long the coordinator may be away")
        .argParser(parsePositiveInteger)
        .default(60),
    )
    .action(async (options: Options) => {
      const { workerCommand } = await import("../worker.js");
      process.exitCode = await workerCommand(options);
    });
}
