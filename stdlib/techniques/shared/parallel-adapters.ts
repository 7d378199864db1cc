/**
 * Runs several LoRA adapters over one base, with one adapter per row. All rows pass through the A matrices of all
 * adapters at once; results of other adapters are set to zero, and the B matrices sum the rest. Ranks are small, so for
 * a few adapters this costs less than gathering each row's own. The results equal those of each adapter alone.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Call } from "#dsl/language/types/value.js";
import type { LayerBuilder } from "../../layers/contract.js";
import { loraSettings } from "./lora-settings.js";
import { isTargetLayer } from "./shapes.js";

/** Checks whether an adapter can run in parallel: two factors per linear layer, and nothing else. */
export function canRunInParallel(call: Call): boolean {
  return call.word === "lora" && !loraSettings(call).dora;
}

/**
 * Returns the state name of a factor of the adapter at `index`. The state starts at zero and is set from the adapter's
 * file.
 */
export function parallelAdapterFactorName(index: number, factor: string): string {
  return `adapter.${index}/${factor}`;
}

/**
 * `adapters`: null adds nothing. `chosen` i32 [rows]: an index into them. `onFactor` is called with each factor's
 * state, its adapter and LoRA's name for it.
 */
export function rowwiseAdapterLayers(
  layers: LayerBuilder,
  adapters: readonly (Call | null)[],
  chosen: Tensor,
  onFactor: (state: string, adapter: number, path: string) => void,
): LayerBuilder {
  const { graph } = layers;
  const settings = adapters.map((call) => call && loraSettings(call));
  const factor = (index: number, path: string, shape: readonly number[]): Tensor => {
    const name = parallelAdapterFactorName(index, path);
    onFactor(name, index, path);
    return graph.state(name, { type: { dtype: "f32", shape }, trains: false, initial: { zeros: true } });
  };
  const linear: LayerBuilder["linear"] = (path, x, given) => {
    const matching = [...settings.keys()].filter((i) => isTargetLayer(path, settings[i]?.targets ?? []));
    if (matching.length === 0) return layers.linear(path, x, given);
    const { activation, ...plain } = given;
    const base = layers.linear(path, x, plain);
    return graph.withPath(path, () => {
      const matchingSettings = matching.map((i) => ({ i, ...mustExist(settings[i], "an adapter's settings") }));
      const first = graph.concat(
        matchingSettings.map(({ i, rank }) => factor(i, `${path}.lora_A.weight`, [rank, given.in])),
        0,
      );
      const second = graph.concat(
        matchingSettings.map(({ i, rank }) => factor(i, `${path}.lora_B.weight`, [given.out, rank])),
        1,
      );
      const whose = matchingSettings.flatMap(({ i, rank, scale }) =>
        new Array<[number, number]>(rank).fill([i, scale]),
      );
      const ones = constantOf(
        layers,
        "i32",
        Int32Array.from(whose, ([i]) => i),
      );
      const scales = constantOf(
        layers,
        "f32",
        Float32Array.from(whose, ([, scale]) => scale),
      );
      const mine = chosen.reshape([chosen.shape[0]!, 1, 1]).equal(ones);
      const low = x.linear(first).multiply(mine.cast("f32").multiply(scales));
      return layers.activate(base.add(low.linear(second)), activation);
    });
  };
  return { ...layers, linear };
}

function constantOf({ graph }: LayerBuilder, dtype: "i32" | "f32", data: Int32Array | Float32Array): Tensor {
  return graph.constant({ dtype, shape: [1, 1, data.length], bytes: new Uint8Array(data.buffer) });
}
