/**
 * Finds bindings that give another value to a training's name: a variable with its rows, arguments or model, or a
 * library name whose calls the importer reads. The new value is not read, so each such binding is listed.
 */
import type { PythonBinding, PythonCall, PythonNode, PythonProgram } from "./python-tree.js";
import { rootVariableOf, scopeNameOf, type TrackedNames } from "./tracked.js";

/** Classes and functions whose calls readers understand. */
const ofLibraries =
  /^(SFTConfig|\w*TrainingArguments|(Lora|PromptTuning|PrefixTuning|IA3|BitsAndBytes)Config|(SFT|Unsloth|Seq2Seq)?Trainer|Fast(Language)?Model|AutoModel(For\w+)?|AutoTokenizer|load_dataset|get_peft_model|get_chat_template|train_on_responses_only|(concatenate|interleave)_datasets|EarlyStoppingCallback|(default_data_collator|DataCollator\w+)|TaskType|trl|peft|transformers|datasets|unsloth)$/;
/** Modules that define them. */
const libraries = /^(trl|peft|transformers|datasets|unsloth|unsloth_zoo)(\.|$)/;

interface World {
  readonly requestedCalls: ReadonlySet<PythonCall>;
  readonly tracked: TrackedNames;
  /** Reports whether a call is itself listed. */
  readonly reads: (call: PythonCall) => boolean;
}

export function reboundNamesIn(program: PythonProgram, world: World): readonly PythonBinding[] {
  const textOf = ({ from, to }: PythonNode): string => program.text.slice(from, to);
  return program.bindings.filter((binding) => {
    const { target, form, within, dead } = binding;
    if (target.name !== "VariableName" || dead) return false;
    const name = textOf(target);
    const library = ofLibraries.test(name);
    if (!library && !world.tracked.has(name, within)) return false;
    if (library && form === "import" && libraries.test(moduleOf(program, binding))) return false;
    if (form === "assign" || form === "walrus") if (isRead(program, binding, world)) return false;
    return takesEffect(program, binding, world.tracked);
  });
}

/** Returns the module and name of an import: `trl.SFTTrainer`. */
function moduleOf({ text }: PythonProgram, { node, target }: PythonBinding): string {
  const all = text.slice(node.from, node.to);
  const from = /^from\s+([\w.]+)\s/.exec(all)?.[1];
  if (from !== undefined) return from;
  return /^(?:import\s+|,\s*)?([\w.]+)/.exec(wordsBefore(all, target.to - node.from))?.[1] ?? "";
}
const wordsBefore = (text: string, end: number): string => {
  const start = Math.max(text.lastIndexOf(",", end - 1) + 1, /^import\s+/.exec(text)?.[0].length ?? 0);
  return text.slice(start).trim();
};

/** Reports whether an assigned value is accounted for: a call that is read or listed, or a part of such an object. */
function isRead(program: PythonProgram, { node }: PythonBinding, { requestedCalls, tracked, reads }: World): boolean {
  const made = program.assignments.find(({ from, to }) => from === node.from && to === node.to);
  if (!made) return false;
  const value = made.value;
  const start = value?.from ?? node.from;
  const calls = program.calls.filter(({ from, callee }) => from >= start && callee.to < made.to);
  const known = calls.some(
    (call) => requestedCalls.has(call) || reads(call) || program.definitions.some(({ name }) => name === call.name),
  );
  if (known) return true;
  // `a, b = b, a` gives each name another object.
  if (made.targets.length > 1 && value?.prevSibling?.name === ",") return false;
  const root = value && rootVariableOf(value);
  if (root && tracked.has(program.text.slice(root.from, root.to), made.within)) return true;
  return value !== undefined && calls.length > 0 && tracked.object(value, made.within);
}

/** Reports whether something reads the name later, before it certainly gets another value. */
function takesEffect(program: PythonProgram, binding: PythonBinding, tracked: TrackedNames): boolean {
  const name = program.text.slice(binding.target.from, binding.target.to);
  const home = tracked.home(name, binding.within);
  const end = /^(def|class)$/.test(binding.form) ? binding.node.to : binding.target.to;
  const after = program.nameReads.filter(
    (read) =>
      read.name === name &&
      tracked.home(name, read.within) === home &&
      !(read.from >= binding.node.from && read.from < end) &&
      (read.from >= end || scopeNameOf(read.within) !== scopeNameOf(binding.within)),
  );
  if (after.length === 0) return false;
  const first = Math.min(...after.map(({ from }) => from));
  const again = program.assignments.some(
    (made) =>
      made.statement &&
      !made.unsure &&
      made.from >= end &&
      made.to <= first &&
      scopeNameOf(made.within) === scopeNameOf(binding.within) &&
      made.targets.some(({ from, to }) => program.text.slice(from, to) === name),
  );
  return !again;
}
