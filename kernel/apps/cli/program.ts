/**
 * The commands of `tunebook`. Each is a file in `commands/` that exports `register(program)`; only the requested one is
 * loaded (all of them for `--help`, none for `--version`). Errors are printed as `error[code]: …`, with exit status 1.
 */
import { readdirSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { version } from "#kernel/session/version.js";
import { failCommand } from "./fail.js";
import { awaitCommandCompletion } from "./run-to-completion.js";

/** Finds the most likely intended name: at most a third of its letters differ (Damerau–Levenshtein), else null. */
export function nearestCommand(written: string, names: readonly string[]): string | null {
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const name of names) {
    const distance = editDistance(written.toLowerCase(), name);
    if (distance <= Math.max(1, Math.floor(name.length / 3)) && (best === null || distance < best.distance))
      best = { name, distance };
  }
  return best?.name ?? null;
}

function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const above = rows[i - 1] ?? [];
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const cellAt = (line: readonly number[] | undefined, k: number): number => line?.[k] ?? Infinity;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cellAt(rows[i - 2], j - 2) + 1 : Infinity;
      row.push(Math.min(cellAt(above, j) + 1, cellAt(row, j - 1) + 1, cellAt(above, j - 1) + cost, swapped));
    }
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}

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
    await awaitCommandCompletion(parse(args));
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

/** Returns the program with the commands that have these names; by default, with all commands. */
export async function buildCommandLineProgram(wanted: readonly string[] = names): Promise<Command> {
  const program = new Command("tunebook")
    .description("A notebook for fine-tuning language models, in TypeScript and Tune.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .hook("preAction", registerCodes);
  for (const name of wanted) {
    const module = (await import(new URL(`${name}.js`, folder).href)) as CommandModule;
    module.register(program);
  }
  for (const command of descendants(program)) command.exitOverride().configureOutput({ outputError: () => undefined });
  return program;
}

async function parse(args: readonly string[]): Promise<void> {
  const first = args.find((arg) => !arg.startsWith("-"));
  const wanted = first === "help" ? args[args.indexOf("help") + 1] : first;
  if (wanted !== undefined && !names.includes(wanted))
    throw new CodedError("unknown-command", { command: wanted, nearest: nearestCommand(wanted, names), has: names });
  const all = ["-V", "--version"].includes(args[0] ?? "") ? [] : names;
  const program = await buildCommandLineProgram(wanted === undefined ? all : [wanted]);
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
