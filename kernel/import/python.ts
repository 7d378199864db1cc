/**
 * A Python program as settings by the names of its calls, by its text: it is never run. Literals and names that are given one literal
 * are read; every other value stays an expression. What isn't the argument of a known call stands under `program` (steps.ts).
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import "./codes.js";
import { pythonProgram, type PythonCall, type PythonProgram } from "./python-tree.js";
import { literalOf, partsIn } from "./python-values.js";
import { Unread } from "./settings.js";
import { ownTrainers, STEPS, stepsIn } from "./steps.js";

/** Known calls that are read at most; how many more there are is listed. */
const mostCalls = 500;
/** Calls whose arguments readers ask for by name. */
const known =
  /^(\w+Config|\w*Trainer|\w*TrainingArguments|get_peft_model|train_on_responses_only|get_chat_template|load_dataset|AutoTokenizer\.from_pretrained|(?:Fast\w*Model|AutoModel(?:For\w+)?)\.(?:from_pretrained|get_peft_model))$/;
/** Libraries whose names may be written with the module before them: `trl.SFTTrainer`. */
const libraries = /^(trl|peft|transformers|datasets|unsloth)\./;

type Arguments = Readonly<Record<string, unknown>>;
/** The argument of a call without arguments, so that the call is accounted for like any other. */
export const NOTHING = "()";
/** `source`: with the lines that are for the shell or the notebook, which are blank in `program`. `placeOf`: where a character of the program stands, as a reader finds it: "line 12". */
export interface Written {
  readonly source: string;
  readonly program: string;
  readonly placeOf: (at: number) => string;
}

/**
 * Arguments by the name of their call; places by number. The same call with other arguments is another one (`load_dataset 2`).
 * Coded error `not-settings`.
 */
export function argumentsIn({ source, program, placeOf }: Written, file: string): Readonly<Record<string, Arguments>> {
  const read = pythonProgram(program);
  if (!read) throw new CodedError("not-settings", { file, why: "its text is not Python" });
  const names = constantsIn(read);
  const trainers = ownTrainers(read);
  const ends = read.calls.findLast(({ name, callee }) => name === "train" && callee.name === "MemberExpression");
  const trained = ends?.callee.to;
  const calls: Record<string, Arguments> = {};
  const asked = new Set<PythonCall>();
  let more = 0;
  for (const call of read.calls) {
    const name = trainers.get(call.callee.name === "VariableName" ? call.name : "") ?? nameOf(call, read);
    if (!known.test(name) || call.arguments === undefined) continue;
    // A model that is loaded after the training, and after what trained, is only asked.
    if (trained !== undefined && call.from > trained && loads.test(name) && trains(calls)) continue;
    if (asked.size >= mostCalls) more++;
    else {
      asked.add(call);
      add(calls, name, argumentsOf(read, call, names));
    }
  }
  if (asked.size === 0) return calls;
  const steps = stepsIn(read, asked, { placeOf, trained });
  for (const [key, command] of commandsIn(source, placeOf)) steps[key] = command;
  if (more > 0) steps["further calls"] = new Unread(`${String(more)} calls`);
  const senses = sensesIn(read);
  return {
    ...calls,
    ...(senses.length > 0 && { import: Object.fromEntries(senses.map((name) => [name, true])) }),
    ...(Object.keys(steps).length > 0 && { [STEPS]: steps }),
  };
}

function commandsIn(source: string, placeOf: Written["placeOf"]): readonly (readonly [string, Unread])[] {
  const lines = [...source.matchAll(/^[ \t]*[!%].*$/gm)].filter(({ 0: line }) => !harmlessCommands.test(line));
  return lines.map(({ 0: line, index }, i) => [
    i === 0 ? "command" : `command ${String(i + 1)}`,
    new Unread(line.trim(), placeOf(index), "command"),
  ]);
}
/** Commands that install, look or measure. */
const harmlessCommands =
  /^[ \t]*[!%]+[ \t]*(pip3?|uv|conda|mamba|apt|apt-get|sudo apt|python3? -m pip|nvidia-smi|ls|cd|pwd|mkdir|cat|head|free|df|env|set_env|capture|time|timeit|load_ext|reload_ext|autoreload|matplotlib|tensorboard|config|huggingface-cli login|hf auth login|wandb login|git config|git lfs|export)\b/;

const loads = /\.from_pretrained$/;
const trains = (calls: object): boolean => Object.keys(calls).some((name) => loads.test(name) || /Trainer$/.test(name));

function add(calls: Record<string, Arguments>, name: string, given: Arguments): void {
  const same = Object.keys(calls).filter((one) => one.replace(/ \d+$/, "") === name);
  if (same.some((one) => JSON.stringify(calls[one]) === JSON.stringify(given))) return;
  calls[same.length === 0 ? name : `${name} ${String(same.length + 1)}`] = given;
}

/** A call's name as its library has it, without the module: `SFTTrainer` of `trl.SFTTrainer` and of `import … as`. */
function nameOf({ name, holder }: PythonCall, { imports }: PythonProgram): string {
  const written = holder === undefined ? name : `${holder}.${name}`;
  const [first = "", ...rest] = written.split(".");
  const whole = [imports.get(first) ?? first, ...rest].join(".");
  return libraries.test(whole) ? whole.replace(/^(?:[a-z_]\w*\.)+/, "") : written;
}

function argumentsOf(read: PythonProgram, call: PythonCall, names: ReadonlyMap<string, unknown>): Arguments {
  const parts = partsIn(read.text, call.start) ?? [];
  if (parts.length === 0) return { [NOTHING]: new Unread("") };
  const places = /Trainer$/.test(call.name) ? ofTrainers : [];
  return Object.fromEntries(parts.map((part, i) => argument(part, places[i] ?? String(i), names)));
}
/** What transformers' trainers take by place, after the model and the arguments. */
const ofTrainers = ["0", "1", "data_collator", "train_dataset", "eval_dataset", "processing_class"];
function argument(part: string, place: string, names: ReadonlyMap<string, unknown>): readonly [string, unknown] {
  // Arguments that a program spreads are told as they stand.
  if (part.startsWith("*")) return [part, new Unread(part)];
  const named = /^([A-Za-z_]\w*)\s*=(?!=)\s*([\s\S]*)$/.exec(part);
  return named ? [named[1] ?? "", literalOf(named[2] ?? "", names)] : [place, literalOf(part, names)];
}

/** `NAME = literal`, where the name is given that one alone. */
function constantsIn({ assignments, parameters, text }: PythonProgram): ReadonlyMap<string, unknown> {
  const given = new Map<string, unknown>();
  // Within its function a parameter hides a name of the program.
  const again = new Set<string>(parameters);
  for (const { targets, value } of assignments)
    for (const target of targets) {
      if (target.name !== "VariableName") continue;
      const name = text.slice(target.from, target.to);
      const literal =
        value && targets.length === 1 ? literalOf(text.slice(value.from, value.to), new Map()) : undefined;
      if (literal === undefined || (given.has(name) && JSON.stringify(given.get(name)) !== JSON.stringify(literal)))
        again.add(name);
      given.set(name, literal);
    }
  for (const name of again) given.delete(name);
  return given;
}

/** Imports that only programs over sound and pictures have. */
function sensesIn({ imports }: PythonProgram): readonly string[] {
  const named = [...imports.values()].map((name) => (name === "datasets.Audio" ? "Audio" : (name.split(".")[0] ?? "")));
  return [...new Set(named)].filter((name) => ofSenses.test(name));
}
const ofSenses = /^(Audio|torchaudio|soundfile|librosa|snac|sparktts|xcodec2|outetts|diffusers)$/;
