/** `tunebook check FILE`: reports all errors of a Tune file or a notebook's Tune cells, without running it. */
import { Option, type Command } from "commander";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { diagnosticsToJson } from "#dsl/language/diagnostics/render-json.js";
import { usesColour } from "#kernel/apps/checking/colours.js";
import { dataCheckNotes } from "#kernel/apps/checking/data-notes.js";
import { uncheckedTypeScriptValuesNote } from "#kernel/apps/checking/unanswered-facts.js";
import { failureAsJsonDiagnostics } from "../json-failure.js";
import { trustIfRequested, trustOption } from "../trust-option.js";
import { readParameter, type ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";

export function register(program: Command): void {
  program
    .command("check")
    .description("check a .tune file or the Tune cells of a notebook; exit status 1 if there are errors")
    .argument("<file>", "FILE.tune or FILE.ipynb")
    .addOption(trustOption())
    .option("--json", "print diagnostics as JSON")
    .option("--quick", "read only the text and the headers of data files")
    .option("--whole", "read streamed data completely and count the tokens of all rows")
    .addOption(
      new Option("-p, --parameter <name=value>", "set a parameter; may be given more than once")
        .argParser(readParameter)
        .default({}, "the defaults in the file"),
    )
    .action(
      async (
        file: string,
        options: { trust?: true; json?: true; quick?: true; whole?: true; parameter: ParameterTexts },
      ) => {
        await trustIfRequested(file, options);
        const { checkFile } = await import("#kernel/apps/checking/checking.js");
        const { probeEngine } = await import("#kernel/session/answers/tried-engine.js");
        const { withDelayedProgressLine } = await import("../delayed-progress.js");
        const { diagnostics, sources, unvalued, facts } = await withDelayedProgressLine((onProgress) =>
          checkFile(file, {
            quick: options.quick === true,
            glance: options.whole !== true,
            parameters: options.parameter,
            onProgress,
            tries: probeEngine,
          }),
        ).catch((error: unknown) => {
          const failure = options.json ? failureAsJsonDiagnostics(file, error) : null;
          if (failure) process.stdout.write(`${JSON.stringify(failure, null, 2)}\n`);
          throw error;
        });
        const parts = dataCheckNotes(facts);
        const json = { ...diagnosticsToJson(diagnostics, sources), ...(parts.length > 0 && { notes: parts }) };
        if (options.json) process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
        else if (diagnostics.length > 0)
          process.stdout.write(`${renderAnsi(diagnostics, sources, { color: usesColour(process.stdout) })}\n`);
        else process.stdout.write(`${file}: no mistakes found\n`);
        if (!options.json && unvalued.length > 0)
          process.stdout.write(`${file}: ${uncheckedTypeScriptValuesNote(unvalued)}\n`);
        if (!options.json) for (const line of parts) process.stdout.write(`${file}: ${line}\n`);
        if (diagnostics.some((d) => d.severity === "error")) process.exitCode = 1;
      },
    );
}
