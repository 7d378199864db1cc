/** `tunebook join flower --data FILE.tune`: joins a federation as a client, with the program in the file. */
import { parsePositiveInteger } from "../positive.js";
import { Option, type Command } from "commander";
import { readParameter } from "#kernel/apps/jupyter/client/parameters.js";
import type { JoinOptions } from "../join-flower.js";

export function register(program: Command): void {
  const join = program
    .command("join")
    .description("join a remote federation as a client; the rows stay on this machine");
  join
    .command("flower")
    .description(
      "join through Flower's SuperLink as a SuperNode; requests that differ from your own FILE.tune are refused",
    )
    .option("--superlink <url>", "address of the SuperLink (default: the one in the file)")
    .requiredOption("--data <file>", "FILE.tune with data, model, recipe and the `federate` statement")
    .option("--name <name>", "name of this client in the federation (default: the name of its data)")
    .option("--as <name>", "name of the federation, if the file has several")
    .option("--once", "leave after one federation; exit status 1 if something was refused")
    .addOption(
      new Option("--rounds <n>", "maximum number of rounds (default: the file's)").argParser(parsePositiveInteger),
    )
    .option("--plain", "allow plain HTTP to another machine, in a network that is protected otherwise")
    .option("--root-certificates <file>", "root certificates (PEM) to verify the SuperLink")
    .option(
      "--peers <file>",
      "public keys of the clients allowed in secure aggregation, one per line (default: chosen by the server)",
    )
    .option("--runs <folder>", "folder for the client's key and privacy ledger (default: runs, next to the file)")
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
