/**
 * `tunebook fix FILE…`: applies certain fixes to Tune files and the Tune cells of notebooks, and lists the remaining
 * errors.
 */
import type { Command } from "commander";
import { LineIndex } from "#dsl/language/diagnostics/lines.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import type { AppliedFix } from "#dsl/language/diagnostics/fixing.js";
import { usesColour } from "#kernel/apps/checking/colours.js";
import { trustIfRequested, trustOption } from "../trust-option.js";
import { failCommand } from "../fail.js";
import type { FixedFile } from "../fixing.js";

interface Options {
  readonly trust?: true;
  readonly check?: true;
  readonly diff?: true;
  readonly dryRun?: true;
}

export function register(program: Command): void {
  program
    .command("fix")
    .description("apply safe fixes to .tune files and the Tune cells of notebooks, in place")
    .argument("<files...>", "FILE.tune or FILE.ipynb")
    .addOption(trustOption())
    .option("--check", "write nothing; exit status 1 if a file would change")
    .option("--diff", "write nothing; print the changes as a unified diff")
    .option("--dry-run", "the same as --diff")
    .addHelpText("after", "\nExit status: 0, or 1 if errors are left (with --check: if something would change).")
    .action(async (files: readonly string[], options: Options) => {
      const { fixFile, writeFixed } = await import("../fixing.js");
      for (const file of files)
        try {
          await trustIfRequested(file, options);
          const fixed = await fixFile(file);
          if (!options.check && !options.diff && !options.dryRun) await writeFixed(fixed);
          await tell(fixed, options);
        } catch (error) {
          failCommand(error); // the other files still need fixing
        }
    });
}

async function tell(fixed: FixedFile, { check, diff, dryRun }: Options): Promise<void> {
  const dry = diff === true || dryRun === true;
  const say = (text: string): unknown => (dry ? process.stderr : process.stdout).write(text);
  const stream = dry ? process.stderr : process.stdout;
  const { file, applied, refused, left, was, now } = fixed;
  const written = !dry && !check;
  say(
    `${file}: ${counted(applied.length, written ? "mended" : "to mend")}, ${counted(left.filter((d) => d.severity !== "note").length, "left")}\n`,
  );
  for (const fix of inOrder(applied, was)) say(`  ${placeOf(fix, was)}  ${fix.title}  [${fix.code}]\n`);
  for (const fix of refused)
    say(`  ${placeOf(fix, was)}  not applied, it would fix nothing or break more: ${fix.title}  [${fix.code}]\n`);
  if (dry) process.stdout.write(await diffOf(fixed));
  if (left.length > 0 && !check) say(`\n${renderAnsi(left, now, { color: usesColour(stream) })}\n`);
  const wrong = check ? applied.length > 0 : !dry && left.some((d) => d.severity === "error");
  if (wrong) process.exitCode = 1;
}

/** Diff in the format of `patch`; for a notebook one part per cell. */
async function diffOf({ file, before, after, was, now, texts }: FixedFile): Promise<string> {
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff");
  const patch = (name: string, old: string, present: string): string =>
    old === present
      ? ""
      : createTwoFilesPatch(name, name, old, present, undefined, undefined, { headerOptions: FILE_HEADERS_ONLY });
  if (!file.endsWith(".ipynb")) return patch(file, before, after);
  return was.map((source, i) => patch(source.title, source.text, now[i]?.text ?? texts.get(source.id) ?? "")).join("");
}

/** Position in the original text: `3:9`, or `cell 2:3:9` in a notebook. */
function placeOf({ text, offset }: AppliedFix, sources: FixedFile["was"]): string {
  const source = sources.find(({ id }) => id === text);
  const { line, column } = new LineIndex(source?.text ?? "").positionAt(offset);
  const cell = source?.cell === undefined ? "" : `cell ${String(source.cell)}:`;
  return `${cell}${String(line)}:${String(column)}`;
}

/** Sorts fixes by position, whichever pass made them. */
function inOrder(fixes: readonly AppliedFix[], sources: FixedFile["was"]): readonly AppliedFix[] {
  const place = ({ text }: AppliedFix): number => sources.findIndex(({ id }) => id === text);
  return fixes.toSorted((a, b) => place(a) - place(b) || a.offset - b.offset);
}

const counted = (n: number, what: string): string => `${String(n)} ${what}`;
