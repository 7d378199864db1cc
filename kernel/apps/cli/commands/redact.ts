/** `tunebook redact FILE`: the file with personal data replaced, on standard output, or with `--json` what was found in each row. */
import { once } from "node:events";
import { Option, type Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { nearest } from "#dsl/language/diagnostics/nearest.js";
import { redactedRows, type RedactedRow } from "#kernel/data/sources/redacted-file.js";
import { linearPattern } from "#stdlib/text/patterns/linear.js";
import { exceptOf } from "#stdlib/personal-data/exceptions.js";
import { entities, type Entity, type Finding } from "#stdlib/personal-data/finding.js";
import type { Redaction } from "#stdlib/personal-data/redact.js";
import { replacements, type Replacement } from "#stdlib/personal-data/replacements.js";
import { secretNamed } from "#stdlib/secrets/shared/secret-value.js";

interface Options {
  readonly json?: true;
  readonly list?: true;
  readonly except?: readonly string[];
  readonly entities?: string;
  readonly replacement: Replacement;
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
    .option("--entities <names>", `what to look for, by commas: ${entities.join(",")}`)
    .addOption(
      new Option("--replacement <what>", "what stands in its place").choices([...replacements]).default("mask"),
    )
    .option("--key-env <name>", "environment variable that holds the key of `--replacement hash`")
    .option("--pattern <expression...>", "expressions of your own (RE2) to look for besides")
    .option("--column <name>", "the one column to look at; without it all texts, with --json the column `text`")
    .option("--encoding <name>", "of the file, where the one that is found isn't its own: windows-1252, utf-16le, …")
    .option("--delimiter <character>", "of a table, where the one that is found isn't its own")
    .option("--seed <number>", "which pseudonyms are drawn", "42")
    .action(async (path: string, o: Options) => {
      const rows = redactedRows(
        {
          folder: process.cwd(),
          path,
          column: o.column,
          one: o.json,
          encoding: o.encoding,
          delimiter: o.delimiter,
        },
        redactionOf(o),
      );
      if (o.list) return list(rows);
      for await (const { findings, text, line, header } of rows) {
        if (!o.json) await print(line);
        else if (text !== undefined) await print(`${JSON.stringify({ findings: findings.map(shown), text })}\n`);
        else if (!header) throw new CodedError("column-unsaid", { file: path });
      }
    });
}

/** A line for each text that is replaced: how often, what it is, the text. */
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
function redactionOf(o: Options): Redaction {
  const named = o.entities?.split(",").map((one) => one.trim()) ?? [];
  const wrong = named.find((one) => !(entities as readonly string[]).includes(one));
  if (wrong !== undefined) {
    const near = nearest(wrong, entities);
    const message = `there is no entity "${wrong}"${near === undefined ? ` (there are ${entities.join(", ")})` : `; write \`${near}\``}`;
    throw new CodedError("bad-usage", { message, command: "tunebook redact" });
  }
  if (o.replacement === "hash" && o.keyEnv === undefined)
    throw new CodedError("bad-usage", {
      message: "`--replacement hash` needs a key: `--key-env NAME`",
      command: "tunebook redact",
    });
  return {
    entities: named.length > 0 ? (named as readonly Entity[]) : o.pattern ? [] : entities,
    own: (o.pattern ?? []).map((one) => ({ name: "pattern", find: linearPattern(one).spans })),
    ...(o.except && { except: exceptOf(o.except) }),
    replacement: o.replacement,
    ...(o.keyEnv !== undefined && { key: secretNamed(o.keyEnv) }),
    seed: Number(o.seed) || 0,
  };
}

function shown({ entity, start, end, text }: Finding): Pick<Finding, "entity" | "start" | "end" | "text"> {
  return { entity, start, end, text };
}

/** Waits where whoever reads is slower. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
