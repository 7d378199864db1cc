/** `tunebook redact FILE`: prints the file with personal data replaced or, with `--json`, the findings per row. */
import { once } from "node:events";
import { Option, type Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import { redactFileRows, type RedactedRow } from "#kernel/data/sources/redacted-file.js";
import { linearPattern } from "#stdlib/text/patterns/linear.js";
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
    .argument("<file>", "it stays as it is; what comes of it goes to standard output")
    .option(
      "--json",
      "print an object a row: { findings: [{ entity, start, end, text }], text }; offsets in UTF-16 units",
    )
    .option("--list", "print each text that is replaced, and how often, instead of the rows; the most frequent first")
    .option("--except <text...>", "texts that stay as they are, whatever they look like")
    .option("--entities <names>", `what to look for, by commas: ${personalEntities.join(",")}`)
    .addOption(
      new Option("--replacement <what>", "what stands in its place")
        .choices([...redactionReplacements])
        .default("mask"),
    )
    .option("--key-env <name>", "environment variable that holds the key of `--replacement hash`")
    .option("--pattern <expression...>", "expressions of your own (RE2) to look for besides")
    .option("--column <name>", "the one column to look at; without it all texts, with --json the column `text`")
    .option("--encoding <name>", "of the file, where the one that is found isn't its own: windows-1252, utf-16le, …")
    .option("--delimiter <character>", "of a table, where the one that is found isn't its own")
    .option("--seed <number>", "which pseudonyms are drawn", "42")
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
    customPatterns: (options.pattern ?? []).map((one) => ({ name: "pattern", find: linearPattern(one).spans })),
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
