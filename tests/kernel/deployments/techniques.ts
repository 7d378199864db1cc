/**
 * A model as targets receive it, with a technique that is not merged into its weights, and with modified initial
 * parameters.
 */
import type { NDArray } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { EngineSession } from "#kernel/engines/engine.js";
import type { ModelToDeploy } from "#stdlib/targets/kind.js";
import { forwardProgramOf } from "#stdlib/targets/shared/forward.js";
import { KNOWN_LABELS_STATE_NAME } from "#stdlib/techniques/shared/routed-settings.js";
import { registry } from "#stdlib/registry.js";
import { engineNamed } from "#tests/kernel/engines/engines.js";
import type { Feeds } from "./deployed-models.js";

const ARGUMENTS: Readonly<Record<string, Call["arguments"]>> = {
  adapters: { size: 5, activation: "gelu", kind: "houlsby" },
  prompt_tuning: { tokens: 3 },
  prefix_tuning: { tokens: 3 },
  routed_lora: { ranks: [2, 1], alpha: 4, targets: ["query", "value"] },
};

export async function withTechnique(
  plain: ModelToDeploy,
  word: string,
): Promise<{
  readonly deployed: ModelToDeploy;
  answers(folder: string, feeds: Feeds): Promise<Readonly<Record<string, NDArray>>>;
}> {
  const call: Call = { kind: "technique", word, arguments: ARGUMENTS[word]! };
  const implementation = await implementationOf(registry, "technique", word);
  const added = new Map<string, NDArray>();
  const deployed: ModelToDeploy = {
    ...plain,
    around: word,
    parts: { ...plain.parts, technique: { call, implementation }, seed: 7 },
    read: async (name, state) => added.get(name) ?? plain.read(name, state),
  };
  return {
    deployed,
    async answers(folder, feeds) {
      const program = forwardProgramOf(deployed);
      const session = await (await engineNamed("tensorflow")).open({ forward: program }, [folder]);
      try {
        for (const name of Object.keys(program.state))
          if ((implementation.adds?.(call, name) ?? false) || implementation.constants?.includes(name))
            added.set(name, await disturbed(session, name));
        return await session.run("forward", { ...feeds });
      } finally {
        await session.dispose();
      }
    },
  };
}

/** Changes initial values: mistakes would not show with zeros. */
async function disturbed(session: EngineSession, name: string): Promise<NDArray> {
  const value = await session.read(name);
  const floats = new Float32Array(Uint8Array.from(value.bytes).buffer);
  // Number of known labels per part: the first part knows one label, the others know all.
  if (name === KNOWN_LABELS_STATE_NAME) floats.fill(9).fill(1, 0, 1);
  else floats.forEach((x, i) => (floats[i] = x + 0.3 * Math.sin(i + name.length)));
  const changed = { ...value, bytes: new Uint8Array(floats.buffer) };
  await session.write(name, changed);
  return changed;
}
