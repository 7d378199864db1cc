/**
 * `tunebook verify FOLDER`: opens a deployment in its runtime and repeats the requests of its proof. `tunebook verify
 * NOTEBOOK.ipynb`: runs a notebook again and compares runs and outputs with the earlier ones.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readParameter, type ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";
import { quoteForShell } from "../shell-word.js";

interface Options {
  readonly runtime?: string;
  readonly base?: string;
  readonly json?: true;
  readonly out?: string;
  readonly keep?: string;
  readonly in?: string;
  readonly parameter: ParameterTexts;
}

export function register(program: Command): void {
  program
    .command("verify")
    .description("check a deployment again in its own runtime, or run a notebook again and compare its numbers")
    .argument("<place>", "folder or file written by `deploy`, or NOTEBOOK.ipynb")
    .option("--runtime <name>", "another runtime, such as `transformers` (Python)")
    .option("--base <folder>", "base of an adapter, if it is not found by its name")
    .option("--json", "print the new check or the differences as JSON")
    .option("-o, --out <file>", "for a notebook: file of the executed notebook (default: not written)")
    .option("--keep <folder>", "for a notebook: folder to keep its new runs (default: not kept)")
    .option("--in <folder>", "for a notebook: folder of its earlier runs (default: next to it)")
    .addOption(
      new Option("-p, --parameter <name=value>", "of a notebook: set a parameter; may be given more than once")
        .argParser(readParameter)
        .default({}, "the defaults in the file"),
    )
    .action(async (place: string, options: Options) => {
      if (/\.ipynb$/.test(place)) {
        const { isNotebookFile, verifyNotebook } = await import("../verify-notebook.js");
        if (isNotebookFile(place)) {
          process.exitCode = await verifyNotebook(place, options);
          return;
        }
      }
      demandVerifiable(place);
      const [{ verifyDeployment }, { checksForReport: checksOf, verdictText }, { textTable }, text] = await Promise.all(
        [
          import("#kernel/features/deploy/verify.js"),
          import("#kernel/deployments/report.js"),
          import("#kernel/display/text-table.js"),
          import("#kernel/host/value-text.js"),
        ],
      );
      const { name, target, proof, found } = await verifyDeployment(place, options.runtime, options.base);
      const runtime = `${proof.runtime?.title ?? ""} ${proof.runtime?.version ?? ""}`.trim();
      if (options.json) process.stdout.write(`${plain(JSON.stringify({ ...proof, found }, null, 2))}\n`);
      else {
        const rows = checksOf(proof).map((one) => [one.what, one.found, one.good === null ? "" : one.good ? "✓" : "✗"]);
        const heading = [name, target, ...(runtime === "" ? [] : [runtime]), verdictText(proof)].join(" · ");
        const table = textTable(["check", "found", ""], rows);
        process.stdout.write(`${text.printable(text.oneLine(heading))}\n${table}\n`);
      }
      if (found.length > 0) throw new CodedError("proof-failed", { model: name, target, runtime, found, kept: true });
    });
}

/** Rejects a path that is neither a deployment nor a notebook and names what it is. Coded error `bad-usage`. */
function demandVerifiable(place: string): void {
  const is = /\.tune$/.test(place)
    ? `${place} is a program: \`tunebook run\` runs it, and \`tunebook replay RUN\` repeats a training of it and compares`
    : existsSync(join(place, "plan.json")) &&
        existsSync(join(place, "lock.json")) &&
        !existsSync(join(place, "tunebook.json"))
      ? `${place} is a run: \`tunebook replay ${quoteForShell(place)}\` repeats it and compares`
      : null;
  if (is === null) return;
  const message = `verify checks the output of \`deploy\` (a folder or file), or runs a notebook again (NOTEBOOK.ipynb); ${is}`;
  throw new CodedError("bad-usage", { message, command: "tunebook verify" });
}

/** Escapes control characters in JSON, so that a terminal does not interpret them. */
function plain(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
