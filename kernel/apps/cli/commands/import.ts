/** `tunebook import FILE`: a Tune program from other tools' settings, and what it could not carry over; nothing where that would train something else. */
import { basename, dirname, join } from "node:path";
import { Option, type Command } from "commander";
import writeFileAtomic from "write-file-atomic";
import { importSettings, toolNamed, toolNames, type Imported } from "#kernel/apps/import/import.js";
import type { Left } from "#kernel/apps/import/settings.js";
import { shownValue } from "#kernel/apps/import/shown-value.js";
import { mostWritten, NotRead, readWhole, textOfNamed } from "#kernel/fetch/regular.js";
import { jsonFailure } from "../json-failure.js";

export function register(program: Command): void {
  program
    .command("import")
    .description(
      "write a Tune program from settings of PEFT, Axolotl, Ludwig, AutoTrain, LLaMA-Factory, TRL, Unsloth or OpenAI",
    )
    .argument("<file>", "YAML or JSON; a Python program or notebook (read, never run); chats as JSONL")
    .addOption(
      new Option("--from <tool>", "whose settings they are; told by their names otherwise").choices([...toolNames]),
    )
    .option("--out <file>", "where the program goes (default: standard output)")
    .option("--json", "print JSON: the outcome (whole, partly, refused), the program, and what it lists")
    .action(async (file: string, o: { readonly from?: string; readonly out?: string; readonly json?: true }) => {
      const text = textOfNamed(file);
      const made = importedOr(file, o.json === true, () =>
        importSettings(text, basename(file), o.from === undefined ? undefined : toolNamed(o.from), (path) =>
          near(file, path),
        ),
      );
      if (o.out !== undefined) await writeFileAtomic(o.out, made.program);
      if (o.json) process.stdout.write(`${JSON.stringify(toJson(made), null, 2)}\n`);
      else if (o.out === undefined) process.stdout.write(made.program);
      process.stderr.write(`${summaryOf(made.left.length, made.idle.length)}\n`);
      if (made.left.length > 0) process.exitCode = 1;
    });
}

/** A file beside the settings, or in the folder where the tool is started; undefined: there is none, or it can't be read. */
function near(file: string, path: string): string | undefined {
  for (const one of [join(dirname(file), path), path])
    try {
      const bytes = readWhole(one, mostWritten);
      if (bytes) return bytes.toString("utf8");
    } catch (error) {
      if (!(error instanceof NotRead)) throw error;
    }
  return undefined;
}

/** A refusal is told as JSON too where that was asked for. */
function importedOr(file: string, json: boolean, read: () => Imported): Imported {
  try {
    return read();
  } catch (error) {
    const failure = json ? jsonFailure(file, error) : null;
    if (failure) process.stdout.write(`${JSON.stringify({ outcome: "refused", ...failure }, null, 2)}\n`);
    throw error;
  }
}

function toJson({ tool, program, left, idle }: Imported): object {
  const shown = (settings: readonly Left[]): readonly object[] =>
    settings.map(({ setting, value, why }) => ({ setting, value: shownValue(setting, value), why }));
  const outcome = left.length === 0 ? "whole" : "partly";
  return { outcome, tool, program, not_carried_over: shown(left), no_effect: shown(idle) };
}

function summaryOf(left: number, idle: number): string {
  const count = (n: number, one: string, many: string): string => `${String(n)} ${n === 1 ? one : many}`;
  const carried =
    left === 0
      ? "everything was carried over"
      : `${count(left, "setting was", "settings were")} not carried over (named in the program)`;
  return idle === 0 ? carried : `${carried}; ${count(idle, "setting has", "settings have")} no effect on the result`;
}
