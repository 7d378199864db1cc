/**
 * The commands of `tunebook`. Each is a file in `commands/` that exports `register(program)`; only the requested one is
 * loaded (all of them for `--help`, none for `--version`). Errors are printed as `error[code]: …`, with exit status 1.
 */
import { readdirSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { version } from "#kernel/session/version.js";
import { nearestCommand } from "./nearest.js";
import { failCommand } from "./fail.js";
import { runToEnd } from "./to-its-end.js";

interface CommandModule {
  register(program: Command): void;
}
const folder = new URL("./commands/", import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".js"))
  .map((file) => file.slice(0, -".js".length))
  .sort();

/** Runs a command line. Errors are printed and set the exit status of this process to 1. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  try {
    await runToEnd(parse(args));
  } catch (error) {
    await registerCodes();
    if (!(error instanceof CommanderError)) failCommand(error);
    else if (error.exitCode !== 0)
      failCommand(
        new CodedError("bad-usage", {
          message:
            error.code === "commander.help" ? "it needs a command or argument" : error.message.replace(/^error: /, ""),
          command: calledAs(args),
        }),
      );
  }
}

async function parse(args: readonly string[]): Promise<void> {
  const program = new Command("tunebook")
    .description("A notebook for fine-tuning language models: TypeScript and Tune, side by side.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .hook("preAction", registerCodes);
  const first = args.find((arg) => !arg.startsWith("-"));
  const wanted = first === "help" ? args[args.indexOf("help") + 1] : first;
  if (wanted !== undefined && !names.includes(wanted))
    throw new CodedError("unknown-command", { command: wanted, nearest: nearestCommand(wanted, names), has: names });
  const all = ["-V", "--version"].includes(args[0] ?? "") ? [] : names;
  for (const name of wanted === undefined ? all : [wanted]) {
    const module = (await import(new URL(`${name}.js`, folder).href)) as CommandModule;
    module.register(program);
  }
  for (const command of descendants(program)) command.exitOverride().configureOutput({ outputError: () => undefined });
  if (args.length === 0) program.outputHelp();
  else await program.parseAsync(args, { from: "user" });
}

/** Loads the table of codes only for commands that need it: `--version` and `--help` don't. */
async function registerCodes(): Promise<void> {
  (await import("./codes.js")).registerCliCodes();
}

function descendants(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}

function calledAs(args: readonly string[]): string {
  const command = args.find((arg) => !arg.startsWith("-"));
  return command === undefined ? "tunebook" : `tunebook ${command}`;
}
