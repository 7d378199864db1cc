/**
 * `tunebook plan FILE`: shows the plan of every training and sweep of a file, with all defaults, estimates and hashes;
 * nothing runs.
 */
import { dirname, resolve } from "node:path";
import { Option, type Command } from "commander";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { diagnosticsToJson } from "#dsl/language/diagnostics/render-json.js";
import { usesColour } from "#kernel/apps/checking/colours.js";
import { uncheckedTypeScriptValuesNote } from "#kernel/apps/checking/unanswered-facts.js";
import { trustIfRequested, trustOption } from "../trust-option.js";
import { readParameter, type ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";

export function register(program: Command): void {
  program
    .command("plan")
    .description("show what the trainings of a .tune file or notebook would do and cost")
    .argument("<file>", "FILE.tune or FILE.ipynb")
    .addOption(trustOption())
    .option("--json", "print plans as JSON")
    .addOption(
      new Option("-p, --parameter <name=value>", "set a parameter; may be given more than once")
        .argParser(readParameter)
        .default({}, "the defaults in the file"),
    )
    .action(async (file: string, options: { trust?: true; json?: true; parameter: ParameterTexts }) => {
      await trustIfRequested(file, options);
      const { checkTuneSources, readSources } = await import("#kernel/apps/checking/checking.js");
      const { DatasetCache } = await import("#kernel/session/answers/dataset-cache.js");
      const { planForStorage } = await import("#kernel/data/sources/checksums.js");
      const { probeEngine } = await import("#kernel/session/answers/tried-engine.js");
      const { withDelayedProgressLine } = await import("../delayed-progress.js");
      const { costsOfSweeps, planTexts, sweepJson } = await import("#kernel/apps/checking/plan-texts.js");
      const texts = await readSources(file);
      const folder = dirname(resolve(file));
      const settings = {
        parameters: options.parameter,
        datasets: new DatasetCache({ glance: false, tries: probeEngine }),
      };
      const { diagnostics, sources, actions, unvalued } = await withDelayedProgressLine((onProgress) =>
        checkTuneSources(texts, folder, { ...settings, onProgress }),
      );
      const wrong = diagnostics.some((d) => d.severity === "error");
      const costs = wrong ? new Map() : await costsOfSweeps(actions, texts, folder, settings);
      const plans = wrong
        ? []
        : actions.flatMap((a) =>
            a.verb === "train" || a.verb === "federate"
              ? [{ name: a.name, ...a.plan }]
              : a.verb === "update" || a.verb === "compress"
                ? a.stages.map(({ name, plan }) => ({ name, ...plan }))
                : a.verb === "sweep"
                  ? [{ name: a.name, ...a.sweep.plan, sweep: sweepJson(a.sweep, costs.get(a.name)) }]
                  : [],
          );
      if (options.json)
        process.stdout.write(
          `${JSON.stringify({ plans: planForStorage(plans), ...diagnosticsToJson(diagnostics, sources) }, null, 2)}\n`,
        );
      else {
        if (diagnostics.length > 0)
          process.stderr.write(`${renderAnsi(diagnostics, sources, { color: usesColour(process.stderr) })}\n`);
        for (const text of planTexts(wrong ? [] : actions, costs)) process.stdout.write(`${text}\n\n`);
        const auto = actions.flatMap((a) => (a.verb === "auto" ? [a.name] : []));
        if (!wrong && auto.length > 0)
          process.stdout.write(`${auto.join(", ")}: \`sweep auto\` writes its plan when it runs, and shows it first\n`);
        if (!wrong && unvalued.length > 0)
          process.stdout.write(`${file}: ${uncheckedTypeScriptValuesNote(unvalued)}\n`);
        else if (diagnostics.some((d) => d.code === "not-fetched") && plans.length === 0)
          process.stdout.write(`${file}: nothing could be planned without files that were not downloaded\n`);
        else if (!wrong && plans.length === 0 && auto.length === 0)
          process.stdout.write(`${file}: nothing is trained here\n`);
      }
      if (wrong) process.exitCode = 1;
    });
}
