/** `tunebook redact FILE`: prints the file with personal data replaced or, with `--json`, the findings per row. */
import { once } from "node:events";
import { Option, type Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import { redactFileRows, type RedactedRow } from "#kernel/data/sources/redacted-file.js";
import { linearTimePattern } from "#stdlib/text/patterns/linear.js";
import { exceptedTextSetOf } from "#stdlib/personal-data/exceptions.js";
import { personalEntities, type PersonalEntity, type PersonalDataFinding } from "#stdlib/personal-data/finding.js";
import type { RedactionOptions } from "#stdlib/personal-data/redact.js";
import { redactionReplacements, type RedactionReplacement } from "#stdlib/personal-data/replacements.js";
import { readSecret } from "#stdlib/secrets/shared/secret-value.js";

interface Options {
  readonly json?: true;
  readonly list?: true;
  readonly except?: readonly string[];
  readonly entities?: string;
  readonly replacement: RedactionReplacement;
  readonly keyEnv?: string;
  readonly pattern?: readonly string[];
  readonly column?: string;
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly seed: string;
}

export function register(program: Command): void {
  program
    .command("redact")
    .description("replace personal data in a file: lines of a text, rows of .csv, .tsv or .jsonl")
    .argument("<file>", "input file (not changed; the result is printed)")
    .option(
      "--json",
      "print one object per row: { findings: [{ entity, start, end, text }], text }; offsets in UTF-16 units",
    )
    .option(
      "--list",
      "print each replaced text with its number of occurrences instead of the rows, most frequent first",
    )
    .option("--except <text...>", "texts that are never replaced")
    .option("--entities <names>", `entities to find, separated by commas: ${personalEntities.join(",")}`)
    .addOption(
      new Option("--replacement <what>", "kind of replacement").choices([...redactionReplacements]).default("mask"),
    )
    .option("--key-env <name>", "environment variable with the key of `--replacement hash`")
    .option("--pattern <expression...>", "additional regular expressions (RE2) to find")
    .option("--column <name>", "column to search (default: all texts; with --json, the column `text`)")
    .option("--encoding <name>", "encoding of the file, if it is not detected correctly: windows-1252, utf-16le, …")
    .option("--delimiter <character>", "delimiter of a table, if it is not detected correctly")
    .option("--seed <number>", "seed of the pseudonyms", "42")
    .action(async (path: string, options: Options) => {
      const rows = redactFileRows(
        {
          folder: process.cwd(),
          path,
          column: options.column,
          one: options.json,
          encoding: options.encoding,
          delimiter: options.delimiter,
        },
        redactionOf(options),
      );
      if (options.list) return list(rows);
      for await (const { findings, text, line, header } of rows) {
        if (!options.json) await print(line);
        else if (text !== undefined) await print(`${JSON.stringify({ findings: findings.map(shown), text })}\n`);
        else if (!header) throw new CodedError("column-unsaid", { file: path });
      }
    });
}

/** Prints one line per replaced text: count, category, text. */
async function list(rows: AsyncIterable<RedactedRow>): Promise<void> {
  const counts = new Map<string, number>();
  for await (const { findings } of rows)
    for (const { entity, text } of findings) {
      const line = `${entity}\t${text.replace(/\s+/g, " ")}`;
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  for (const [line, count] of [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)))
    await print(`${String(count)}\t${line}\n`);
}

/** Coded errors `bad-usage`, `wrong-pattern`, `secret-missing`. */
function redactionOf(options: Options): RedactionOptions {
  const named = options.entities?.split(",").map((one) => one.trim()) ?? [];
  const wrong = named.find((one) => !(personalEntities as readonly string[]).includes(one));
  if (wrong !== undefined) {
    const near = nearestWord(wrong, personalEntities);
    const message = `there is no entity "${wrong}"${near === undefined ? ` (there are ${personalEntities.join(", ")})` : `; write \`${near}\``}`;
    throw new CodedError("bad-usage", { message, command: "tunebook redact" });
  }
  if (options.replacement === "hash" && options.keyEnv === undefined)
    throw new CodedError("bad-usage", {
      message: "`--replacement hash` needs a key: `--key-env NAME`",
      command: "tunebook redact",
    });
  return {
    entities: named.length > 0 ? (named as readonly PersonalEntity[]) : options.pattern ? [] : personalEntities,
    customPatterns: (options.pattern ?? []).map((one) => ({ name: "pattern", find: linearTimePattern(one).spans })),
    ...(options.except && { except: exceptedTextSetOf(options.except) }),
    replacement: options.replacement,
    ...(options.keyEnv !== undefined && { key: readSecret(options.keyEnv) }),
    seed: Number(options.seed) || 0,
  };
}

function shown({
  entity,
  start,
  end,
  text,
}: PersonalDataFinding): Pick<PersonalDataFinding, "entity" | "start" | "end" | "text"> {
  return { entity, start, end, text };
}

/** Waits if the reader is slower. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
