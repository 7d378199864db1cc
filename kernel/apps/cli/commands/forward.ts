/** `tunebook forward FOLDER`: one forward pass of a model folder over a batch of token ids, JSON in and JSON out. */
import { text } from "node:stream/consumers";
import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { ENGINE_NAMES, type EngineOptions } from "#kernel/engines/engine.js";

export function register(program: Command): void {
  program
    .command("forward")
    .description("read token ids as JSON from standard input and print the model's logits (or last hidden state)")
    .argument("<folder>", "a folder with config.json and model.safetensors; a tokenizer is not needed")
    .option("--json", "print JSON (the only format)")
    .addOption(new Option("--engine <name>", "engine that computes").choices(["auto", ...ENGINE_NAMES]).default("auto"))
    .action(async (folder: string, options: { engine: EngineOptions["engine"] }) => {
      const [{ openModelFolder }, { readForwardInputs }, { startEngine }, { fromNDArray }] = await Promise.all([
        import("#kernel/engines/forward/model-folder.js"),
        import("#kernel/engines/forward/batch.js"),
        import("#kernel/engines/start-engine.js"),
        import("#dsl/tensor/values.js"),
      ]);
      const model = await openModelFolder(resolve(folder));
      const batch = readForwardInputs(await text(process.stdin), model.limits);
      const engine = await startEngine({ engine: options.engine });
      try {
        const forward = model.program(batch.token_type_ids !== undefined);
        const session = await engine.open({ forward }, [resolve(folder)]);
        const outputs = await session.run("forward", { ...batch });
        const shown = Object.entries(outputs).map(([name, array]) => {
          const { shape, data } = fromNDArray(array);
          return [name, nested([...data], shape)] as const;
        });
        process.stdout.write(`${JSON.stringify(Object.fromEntries(shown))}\n`);
      } finally {
        await engine.close();
      }
    });
}

/** Reshapes flat numbers to nested lists. */
function nested(data: readonly number[], shape: readonly number[]): unknown {
  if (shape.length <= 1) return data;
  const size = data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, i) => nested(data.slice(i * size, (i + 1) * size), shape.slice(1)));
}
