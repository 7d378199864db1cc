/** `tunebook import FILE`: a Tune program from other tools' settings, and what it could not carry over; nothing where that would train something else. */
import { basename } from "node:path";
import { Option, type Command } from "commander";
import writeFileAtomic from "write-file-atomic";
import { importSettings, toolNamed, toolNames } from "#kernel/import/import.js";
import { textOfNamed } from "#kernel/fetch/regular.js";
import "#kernel/checking/codes.js";

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
    .action(async (file: string, o: { readonly from?: string; readonly out?: string }) => {
      const text = textOfNamed(file);
      const {
        program: made,
        left,
        idle,
      } = importSettings(text, basename(file), o.from === undefined ? undefined : toolNamed(o.from));
      if (o.out === undefined) process.stdout.write(made);
      else await writeFileAtomic(o.out, made);
      process.stderr.write(`${summaryOf(left.length, idle.length)}\n`);
      if (left.length > 0) process.exitCode = 1;
    });
}

function summaryOf(left: number, idle: number): string {
  const count = (n: number, one: string, many: string): string => `${String(n)} ${n === 1 ? one : many}`;
  const carried =
    left === 0
      ? "everything was carried over"
      : `${count(left, "setting was", "settings were")} not carried over (named in the program)`;
  return idle === 0 ? carried : `${carried}; ${count(idle, "setting has", "settings have")} no effect on the result`;
}
