/**
 * `tunebook import FILE`: writes a Tune program from another tool's settings, and lists what was not carried over. It
 * writes nothing if the program would train something else.
 */
import { basename, dirname, join } from "node:path";
import { Option, type Command } from "commander";
import writeFileAtomic from "write-file-atomic";
import { importSettings, findToolByName, toolNames, type ImportResult } from "#kernel/apps/import/import.js";
import type { UncarriedSetting } from "#kernel/apps/import/settings.js";
import { maskedSettingText } from "#kernel/apps/import/masked-value.js";
import { maxSourceBytes, FileNotRead, readWholeFile, readNamedText } from "#kernel/fetch/regular.js";
import { failureAsJsonDiagnostics } from "../json-failure.js";

export function register(program: Command): void {
  program
    .command("import")
    .description(
      "convert settings of PEFT, Axolotl, Ludwig, AutoTrain, LLaMA-Factory, TRL, Unsloth or OpenAI to a Tune program",
    )
    .argument("<file>", "YAML, JSON, chats as JSONL, or a Python program or notebook (read, never run)")
    .addOption(
      new Option("--from <tool>", "tool of the settings (default: recognised by their names)").choices([...toolNames]),
    )
    .option("--out <file>", "file of the program (default: standard output)")
    .option("--json", "print JSON: the outcome (whole, partly or refused), the program and its notes")
    .action(async (file: string, options: { readonly from?: string; readonly out?: string; readonly json?: true }) => {
      const text = readNamedText(file);
      const made = importedOr(file, options.json === true, () =>
        importSettings(
          text,
          basename(file),
          options.from === undefined ? undefined : findToolByName(options.from),
          (path) => near(file, path),
        ),
      );
      if (options.out !== undefined) await writeFileAtomic(options.out, made.program);
      if (options.json) process.stdout.write(`${JSON.stringify(toJson(made), null, 2)}\n`);
      else if (options.out === undefined) process.stdout.write(made.program);
      process.stderr.write(`${summaryOf(made.left.length, made.idle.length)}\n`);
      if (made.left.length > 0) process.exitCode = 1;
    });
}

/** Reads a file next to the settings or in the tool's working folder; undefined if missing or unreadable. */
function near(file: string, path: string): string | undefined {
  for (const one of [join(dirname(file), path), path])
    try {
      const bytes = readWholeFile(one, maxSourceBytes);
      if (bytes) return bytes.toString("utf8");
    } catch (error) {
      if (!(error instanceof FileNotRead)) throw error;
    }
  return undefined;
}

/** With `--json`, a refusal is reported as JSON too. */
function importedOr(file: string, json: boolean, read: () => ImportResult): ImportResult {
  try {
    return read();
  } catch (error) {
    const failure = json ? failureAsJsonDiagnostics(file, error) : null;
    if (failure) process.stdout.write(`${JSON.stringify({ outcome: "refused", ...failure }, null, 2)}\n`);
    throw error;
  }
}

function toJson({ tool, program, left, idle }: ImportResult): object {
  const shown = (settings: readonly UncarriedSetting[]): readonly object[] =>
    settings.map(({ setting, value, why }) => ({ setting, value: maskedSettingText(setting, value), why }));
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
