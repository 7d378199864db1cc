/**
 * Turns a user-defined technique into a word, which is checked, planned, counted, trained and saved like the built-in
 * ones.
 */
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { Call } from "#dsl/language/types/value.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Word } from "#dsl/language/types/registry.js";
import { baseFacts } from "../models/shared/base-facts.js";
import type { TechniqueImplementation } from "../techniques/kind.js";
import { ownFormatStartFolderParameter } from "../techniques/shared/from-parameter.js";
import { userFunctionError, callUserFunction, guardedUserLayers, type UserFunctionOwner } from "./guarded-calls.js";
import { storeImplementation } from "./store.js";
import { parametersFromRecord, type TechniqueRecord } from "./record.js";
import { traceTrainedParameters, type TracedParameter } from "./technique-trace.js";

export function techniqueFromRecord(record: TechniqueRecord, owner: UserFunctionOwner): TechniqueImplementation {
  const says = (part: "trains" | "adds", call: Call, path: string): boolean => {
    const answer: unknown = callUserFunction(owner, part, () => record[part]?.(call, path));
    if (typeof answer === "boolean") return answer;
    throw userFunctionError(owner, part, new Error(`it must say true or false of "${path}", not ${String(answer)}`));
  };
  return {
    saved: record.saved ?? "trained",
    trains: (call, path) => says("trains", call, path),
    adds: (call, path) => says(record.adds ? "adds" : "trains", call, path),
    around: (call, layers) =>
      guardedUserLayers(
        owner,
        "around",
        callUserFunction(owner, "around", () => record.around(call, layers)),
        layers,
      ),
  };
}

export function techniqueWordFromRecord(record: TechniqueRecord, owner: UserFunctionOwner, definition: string): Word {
  const { name, doc, saved = "trained" } = record;
  const implementation = techniqueFromRecord(record, owner);
  storeImplementation(definition, implementation);
  const memory = new Map<string, readonly TracedParameter[] | null>();
  const trace = (call: Call, base: BaseFacts): readonly TracedParameter[] | null => {
    const key = `${base.hash} ${JSON.stringify(call.arguments)}`;
    const known = memory.get(key);
    if (known) return known;
    const found = traceTrainedParameters(implementation, call, base);
    memory.set(key, found);
    return found;
  };
  /** `check` has already reported a mistake, so an error here gives an empty list. */
  const sound = (call: Call, base: BaseFacts): readonly TracedParameter[] => {
    try {
      return trace(call, base) ?? [];
    } catch {
      return [];
    }
  };
  const sum = (of: readonly TracedParameter[]): number => of.reduce((n, { elements }) => n + elements, 0);
  const parameters = parametersFromRecord("technique", name, record.parameters);
  const starts = saved === "trained" && !parameters.some((p) => p.name === "from");
  return {
    kind: "technique",
    name,
    doc,
    definition,
    example: record.example ?? `model m { base: "all-MiniLM-L6-v2", task: text_classification, technique: ${name} }`,
    parameters: [...parameters, ...(starts ? [ownFormatStartFolderParameter] : [])],
    check: (call, context) => check(call, context, trace),
    capabilities: {
      saves: saved,
      /** Counts `shapes` (which exclude frozen tensors) and what the technique adds. */
      trainableParameters: (call: Call, shapes: BaseFacts["shapes"], _layout: unknown, base: BaseFacts): number =>
        sum(sound(call, base).filter(({ tensor }) => tensor === undefined || Object.hasOwn(shapes, tensor))),
      addedParameters: (call: Call, _shapes: unknown, _layout: unknown, base: BaseFacts): number =>
        sum(sound(call, base).filter(({ tensor }) => tensor === undefined)),
    },
    load: () => Promise.resolve(implementation),
  };
}

function check(
  call: Call,
  context: WordCheckContext,
  trace: (call: Call, base: BaseFacts) => readonly TracedParameter[] | null,
): void {
  const base = baseFacts(context);
  if (!base) return;
  try {
    if (trace(call, base)?.length !== 0) return;
    const named = context.statement["base"] ?? context.model?.["base"];
    const has = Object.keys(base.shapes).slice(-3);
    context.report("word-trains-nothing", {
      name: call.word,
      base: typeof named === "string" ? named : "the base",
      has,
    });
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    context.report(error.code, error.data);
  }
}
