/**
 * Programs that write texts side by side, each by itself: `hold` makes one store of keys and values for all of them, `step`
 * takes tokens of any texts, one of each or many, and says what follows those that are asked about. A text that comes in is read
 * in the same step in which others go on.
 */
import { Graph } from "#dsl/tensor/builder.js";
import { optimise } from "#dsl/tensor/passes/table.js";
import type { Program, TensorState } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Call } from "#dsl/language/types/value.js";
import { makeLayers } from "../layers/graph-layers.js";
import { slotCacheLayers } from "../layers/slot-layers.js";
import { cappedLogits } from "../tasks/shared/logits.js";
import { missingHeadError } from "../tasks/shared/refusals.js";
import { parallelAdapterLayers } from "../techniques/shared/parallel-adapters.js";
import { PEFT_PREFIX } from "../techniques/shared/settings.js";
import { buildBody } from "./body.js";
import type { GenerateOptions } from "./generate.js";
import { layersOptionsOf, trainedBodyParameters } from "./model.js";

export interface SlotProgramOptions extends GenerateOptions {
  /** LoRA adapters, of which each token takes one; null: none. Absent: `technique` alone. */
  readonly adapters?: readonly (Call | null)[];
}
export interface SlotPrograms {
  /** Input slot_places i32 [places], all zeros: a store for so many tokens. */
  readonly slots_hold: Program;
  /**
   * Inputs input_ids i32 [tokens, 1]; rows i32 [tokens], the place of each token in the store; places i32 [texts, keys], of each
   * text's keys; texts, lengths i32 [tokens], its text and how many keys it sees, its own the last; asked i32 [asked], among the
   * tokens; wanted i32 [wanted], among those asked about; with adapters, adapters i32 [tokens]. Outputs next i32 [asked], the
   * likeliest token that follows, and logits [wanted, vocabulary]. New tokens of a text stand side by side, in order.
   */
  readonly slots_step: Program;
}
export interface BuiltSlotPrograms {
  readonly programs: SlotPrograms;
  /** Bytes that the keys and values of one token take. */
  readonly placeBytes: number;
  /** For each adapter its states, and the name that each has in the adapter's file. */
  readonly factors: readonly (Readonly<Record<string, string>> | null)[];
}

/** Why the texts of a model can't come and go by themselves; null: they can. */
export function slotsRefusal({ family, technique }: Pick<SlotProgramOptions, "family" | "technique">): string | null {
  if (family.shape !== "decoder") return "it reads a text whole before it writes";
  if (technique.implementation.body) return `${technique.call.word} puts something before each text`;
  return null;
}

export function buildSlotPrograms(options: SlotProgramOptions): BuiltSlotPrograms {
  const stores = new Map<string, TensorState>();
  const factors = (options.adapters ?? []).map((call) => (call ? ({} as Record<string, string>) : null));
  const step = stepping(options, stores, (state, adapter, path) => {
    const adapterFactors = factors[adapter];
    if (adapterFactors) adapterFactors[state] = adapterName(options, path);
  });
  const widths = [...stores.values()].map(
    ({ type: { shape, dtype } }) => Number(shape[1]) * (dtype === "bf16" ? 2 : 4),
  );
  return {
    programs: {
      slots_hold: optimise(holding(stores).program(), options.passes),
      slots_step: optimise(step.program(), options.passes),
    },
    placeBytes: widths.reduce((sum, bytes) => sum + bytes, 0),
    factors,
  };
}

/** As LoRA's own states are named in a file. */
function adapterName({ family }: SlotProgramOptions, path: string): string {
  return PEFT_PREFIX + family.prefix + path;
}

function stepping(
  options: SlotProgramOptions,
  stores: Map<string, TensorState>,
  onFactor: (state: string, adapter: number, path: string) => void,
): Graph {
  const graph = new Graph();
  const each = (name: string, ...shape: readonly string[]): Tensor => graph.input(name, { dtype: "i32", shape });
  const ids = graph.input("input_ids", { dtype: "i32", shape: ["tokens", 1] });
  const [rows, places] = [each("rows", "tokens"), each("places", "texts", "keys")];
  const [texts, lengths] = [each("texts", "tokens"), each("lengths", "tokens")];
  const inputs = {
    input_ids: ids,
    // Every key of a text is real.
    attention_mask: ids.multiply(0).add(1),
    positions: lengths.subtract(1).reshape(["tokens", 1]),
  };
  const onStore = (name: string, state: TensorState): void => void stores.set(name, state);
  const chosen = options.adapters && each("adapters", "tokens");
  const layers = makeLayers({
    ...layersOptionsOf(options, graph, options.seed, trainedBodyParameters(options)),
    prefix: options.family.prefix,
  });
  const body = buildBody(options, layers, inputs, {
    dropout: 0,
    pooled: false,
    continues: true,
    outermost: (wrapped) => {
      const slotted = slotCacheLayers(wrapped, { rows, places, texts, lengths, onStore });
      return options.adapters && chosen ? parallelAdapterLayers(slotted, options.adapters, chosen, onFactor) : slotted;
    },
  });
  if (!body.unembedding) throw missingHeadError("text_generation");
  const logits = cappedLogits(body.last_hidden_state.takeRows(each("asked", "asked")), body.unembedding, body.cap);
  graph.output("next", logits.argmax());
  graph.output("logits", logits.gather(each("wanted", "wanted")));
  return graph;
}

/**
 * Each store is a value of its own: those that are one value lie in one memory until an engine writes to them, and our kernel
 * writes where a store lies. So the zeros that are fed are multiplied by a number that no other store has.
 */
function holding(stores: ReadonlyMap<string, TensorState>): Graph {
  const graph = new Graph();
  const zeros = graph.input("slot_places", { dtype: "i32", shape: ["places"] }).reshape(["places", 1]);
  for (const [i, [name, state]] of [...stores].entries()) {
    const { dtype, shape } = state.type;
    const marks = new Float32Array(Number(shape[1])).fill(i + 1);
    const row = graph.constant({ dtype: "f32", shape: [1, marks.length], bytes: new Uint8Array(marks.buffer) });
    graph.state(name, state);
    graph.update(name, zeros.cast("f32").multiply(row).cast(dtype));
  }
  return graph;
}
