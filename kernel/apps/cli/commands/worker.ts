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
    .description("work for a remote run, such as trials of a sweep; the token is in TUNEBOOK_WORKER_TOKEN")
    .requiredOption("--coordinator <url>", "address of the coordinator: http://HOST:PORT")
    .option("--token-file <file>", "file with the token, readable only by its owner")
    .option("--name <name>", "name of this worker (default: machine and process)")
    .addOption(new Option("--threads <n>", "threads of the engine (default: all)").argParser(parsePositiveInteger))
    .addOption(
      new Option("--patience <seconds>", "seconds without the coordinator before giving up")
        .argParser(parsePositiveInteger)
        .default(60),
    )
    .action(async (options: Options) => {
      const { workerCommand } = await import("../worker.js");
      process.exitCode = await workerCommand(options);
    });
}
