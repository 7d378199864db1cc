/** `tunebook join flower --data FILE.tune`: joins a federation as a client, with the program in the file. */
import { parsePositiveInteger } from "../positive.js";
import { Option, type Command } from "commander";
import { readParameter } from "#kernel/apps/jupyter/client/parameters.js";
import type { JoinOptions } from "../join-flower.js";

export function register(program: Command): void {
  const join = program
    .command("join")
    .description("become a client of a federation that is led elsewhere, with rows that stay here");
  join
    .command("flower")
    .description(
      "join over Flower's SuperLink as a SuperNode: FILE.tune is a program of your own, and whatever differs from it is refused",
    )
    .option("--superlink <url>", "the SuperLink's address (default: the one in the file)")
    .requiredOption("--data <file>", "FILE.tune: data, model, recipe and the `federate` statement")
    .option("--name <name>", "what whoever leads calls this client (default: as its data are called)")
    .option("--as <name>", "which federation of the file, where there are several")
    .option("--once", "leave after one federation; a refusal makes the exit status 1")
    .addOption(
      new Option("--rounds <n>", "rounds in all, before it refuses more (default: those of the file)").argParser(
        parsePositiveInteger,
      ),
    )
    .option("--plain", "allow HTTP to another machine, in a network that is closed by other means")
    .option("--root-certificates <file>", "certificates (PEM) of who signed for the SuperLink")
    .option(
      "--peers <file>",
      "keys of the clients that may be in secret sums, one a line (default: who leads says which)",
    )
    .option("--runs <folder>", "where its key and what its rows have spent are kept (default: runs, beside the file)")
    .addOption(
      new Option("-p, --parameter <name=value>", "set a parameter; may be given more than once")
        .argParser(readParameter)
        .default({}, "the defaults in the file"),
    )
    .action(async (options: JoinOptions) => {
      const { joinFlower } = await import("../join-flower.js");
      process.exitCode = await joinFlower(options);
    });
}
