/** The model whose training step is measured: assembled as in `train`, with random weights of the real shapes. */
import type { PassSettings } from "#dsl/tensor/passes/pass.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { full } from "#stdlib/techniques/full.js";
import { lora } from "#stdlib/techniques/lora.run.js";

export interface CarrierOptions {
  readonly technique: "full" | "lora";
  readonly dropout: number;
  readonly passes?: PassSettings;
  /** Tensor shapes of a checkpoint to start from. Defaults to random weights. */
  readonly tensors?: Readonly<Record<string, readonly number[]>>;
}
export interface Carrier {
  readonly program: Program;
  /** Upper bound (exclusive) of the drawn ids. */
  readonly vocabulary: number;
  /** Number of labels; 0 for next-token prediction. */
  readonly labels: number;
  /** Whether the model is trained on next-token prediction. */
  readonly windows: boolean;
  readonly sizes: ReturnType<ModelImplementation["sizes"]>;
}

export function carrier<C>(
  given: {
    readonly family: ModelImplementation<C>;
    readonly config: Readonly<Record<string, unknown>>;
    readonly task: { readonly word: string; readonly implementation: TaskImplementation };
    readonly labels: number;
    readonly vocabulary: number;
    /** Modules that the peer's LoRA adapts. */
    readonly targets: readonly string[];
  },
  o: CarrierOptions,
): Carrier {
  const call = (kind: string, word: string, args: Call["arguments"] = {}): Call => ({ kind, word, arguments: args });
  const { word, implementation } = given.task;
  const { train } = assemblePrograms({
    family: given.family as ModelImplementation,
    config: given.family.config(given.config),
    task: { call: call("task", word), implementation },
    technique: {
      call: call("technique", o.technique, { rank: 8, targets: [...given.targets] }),
      implementation: o.technique === "full" ? full : lora,
    },
    optimizer: { call: call("optimizer", "adamw"), implementation: adamw },
    labels: given.labels,
    dropout: o.dropout,
    clip: null,
    prefixInCheckpoint: Object.keys(o.tensors ?? {}).some((name) => name.startsWith(given.family.prefix)),
    tensors: o.tensors ?? new Set(),
    seed: 0,
    ...(o.passes && { passes: o.passes }),
  });
  return {
    program: train,
    vocabulary: given.vocabulary,
    labels: given.labels,
    windows: implementation.supervision.rowFormat.predictsNextToken,
    sizes: given.family.sizes(given.family.config(given.config)),
  };
}
