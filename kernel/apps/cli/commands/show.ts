/** `tunebook show PHASE FILE [NAME]`: shows a file after a phase of the compiler; nothing runs. */
import { Argument, Option, type Command } from "commander";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { usesColour } from "#kernel/apps/checking/colours.js";
import { trustIfRequested, trustOption } from "../trust-option.js";
import { readParameter, type ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";

interface Options {
  readonly for?: string;
  readonly trust?: true;
  readonly parameter: ParameterTexts;
}

const phases = {
  tokens: "the text as the lexer cuts it",
  tree: "its statements as they were read",
  plan: "the plan of its trainings: effects and cost",
  graph: "the training graph, layer by layer",
  passes: "what each pass does to the graph",
  program: "every operation that is left",
  emitted: "the graph given to the engine",
};

export function register(program: Command): void {
  program
    .command("show")
    .description("show a .tune file or notebook after a phase of the compiler; nothing runs")
    .addArgument(new Argument("<phase>", "phase to show").choices(Object.keys(phases)))
    .argument("<file>", "FILE.tune or FILE.ipynb")
    .argument("[name]", "only this definition or training")
    .addOption(trustOption())
    .addOption(new Option("--for <engine>", "for `emitted`: engine of the graph").choices(["tensorflow", "onnx"]))
    .addOption(
      new Option("-p, --parameter <name=value>", "set a parameter; may be given more than once")
        .argParser(readParameter)
        .default({}, "the defaults in the file"),
    )
    .addHelpText(
      "after",
      `\nPhases, in their order:\n${Object.entries(phases)
        .map(([name, what]) => `  ${name.padEnd(9)}${what}`)
        .join("\n")}`,
    )
    .action(async (phase: keyof typeof phases, file: string, name: string | undefined, options: Options) => {
      await trustIfRequested(file, options);
      const { compilerPhaseText: phaseText } = await import("#kernel/apps/checking/phases.js");
      const parameters = options.parameter;
      const { text, diagnostics, sources } = await phaseText(phase, file, { name, engine: options.for, parameters });
      if (diagnostics.length > 0)
        process.stderr.write(`${renderAnsi(diagnostics, sources, { color: usesColour(process.stderr) })}\n`);
      if (text === undefined) process.exitCode = 1;
      else process.stdout.write(text);
    });
}
