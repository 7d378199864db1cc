/**
 * A Python program as settings by the names of its calls, by its text: it is never run. Literals and names that are given one literal
 * are read; every other value stays an expression. What isn't the argument of a known call stands under `program` (steps.ts).
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { joinedRowsIn } from "./joined-rows.js";
import { parsePython, type PythonCall, type PythonProgram } from "./python-tree.js";
import { literalOf, splitAtCommas } from "./python-values.js";
import { UnreadExpression } from "./settings.js";
import type { ScriptText } from "./script-text.js";
import { customTrainers, STEPS_SECTION, programStepsIn } from "./steps.js";

/** Known calls that are read at most; how many more there are is listed. */
const mostCalls = 500;
/** Calls whose arguments readers ask for by name. */
const known =
  /^(\w+Config|\w*Trainer|\w*TrainingArguments|get_peft_model|train_on_responses_only|get_chat_template|load_dataset|AutoTokenizer\.from_pretrained|(?:Fast\w*Model|AutoModel(?:For\w+)?)\.(?:from_pretrained|get_peft_model))$/;
/** Libraries whose names may be written with the module before them: `trl.SFTTrainer`. */
const libraries = /^(trl|peft|transformers|datasets|unsloth)\./;

type Arguments = Readonly<Record<string, unknown>>;
/** The argument of a call without arguments, so that the call is accounted for like any other. */
export const NO_ARGUMENTS = "()";
/**
 * Arguments by the name of their call; places by number. The same call with other arguments is another one (`load_dataset 2`).
 * Coded error `not-settings`.
 */
export function argumentsIn(
  { program, commands, placeOf }: ScriptText,
  file: string,
): Readonly<Record<string, Arguments>> {
  const read = parsePython(program);
  if (!read) throw new CodedError("not-settings", { file, why: "its text is not Python" });
  const names = constantsIn(read);
  const trainers = customTrainers(read);
  const ends = read.calls.findLast(
    ({ name, callee, dead }) => name === "train" && callee.name === "MemberExpression" && !dead,
  );
  const trained = ends?.callee.to;
  const calls: Record<string, Arguments> = {};
  /** Known calls, each with the name of its arguments among the settings. */
  const requestedCalls = new Map<PythonCall, string>();
  let more = 0;
  for (const call of read.calls) {
    const name = trainers.get(call.callee.name === "VariableName" ? call.name : "") ?? nameOf(call, read);
    if (!known.test(name) || call.arguments === undefined || call.dead) continue;
    // A model that is loaded after the training, and after what trained, is only asked.
    if (trained !== undefined && call.from > trained && loads.test(name) && trains(calls)) continue;
    if (requestedCalls.size >= mostCalls) more++;
    else requestedCalls.set(call, add(calls, name, argumentsOf(read, call, names)));
  }
  if (requestedCalls.size === 0) return calls;
  const joined = joinedRowsIn(read, { known: requestedCalls, sections: calls, names });
  const steps = programStepsIn(read, new Set(requestedCalls.keys()), { placeOf, trained, joined, constants: names });
  for (const [i, command] of commands.entries()) steps[i === 0 ? "command" : `command ${String(i + 1)}`] = command;
  if (more > 0) steps["further calls"] = new UnreadExpression(`${String(more)} calls`);
  const senses = sensesIn(read);
  return {
    ...calls,
    ...(senses.length > 0 && { import: Object.fromEntries(senses.map((name) => [name, true])) }),
    ...(Object.keys(steps).length > 0 && { [STEPS_SECTION]: steps }),
  };
}

/** Calls that programs repeat to ask what they trained. */
const loads = /\.from_pretrained$|^get_chat_template$/;
const trains = (calls: object): boolean => Object.keys(calls).some((name) => loads.test(name) || /Trainer$/.test(name));

/** Adds the arguments of a call, and returns their name: `load_dataset 2`. */
function add(calls: Record<string, Arguments>, name: string, given: Arguments): string {
  const same = Object.keys(calls).filter((one) => one.replace(/ \d+$/, "") === name);
  const known = same.find((one) => JSON.stringify(calls[one]) === JSON.stringify(given));
  if (known !== undefined) return known;
  const key = same.length === 0 ? name : `${name} ${String(same.length + 1)}`;
  calls[key] = given;
  return key;
}

/** A call's name as its library has it, without the module: `SFTTrainer` of `trl.SFTTrainer` and of `import … as`. */
function nameOf({ name, holder }: PythonCall, { imports }: PythonProgram): string {
  const written = holder === undefined ? name : `${holder}.${name}`;
  const [first = "", ...rest] = written.split(".");
  const whole = [imports.get(first) ?? first, ...rest].join(".");
  return libraries.test(whole) ? whole.replace(/^(?:[a-z_]\w*\.)+/, "") : written;
}

function argumentsOf(read: PythonProgram, call: PythonCall, names: ReadonlyMap<string, unknown>): Arguments {
  const parts = splitAtCommas(read.text, call.start) ?? [];
  if (parts.length === 0) return { [NO_ARGUMENTS]: new UnreadExpression("") };
  const places = /Trainer$/.test(call.name) ? ofTrainers : [];
  return Object.fromEntries(parts.map((part, i) => argument(part, places[i] ?? String(i), names)));
}
/** What transformers' trainers take by place, after the model and the arguments. */
const ofTrainers = ["0", "1", "data_collator", "train_dataset", "eval_dataset", "processing_class"];
function argument(part: string, place: string, names: ReadonlyMap<string, unknown>): readonly [string, unknown] {
  // Arguments that a program spreads are told as they stand.
  if (part.startsWith("*")) return [part, new UnreadExpression(part)];
  const named = /^([A-Za-z_]\w*)\s*=(?!=)\s*([\s\S]*)$/.exec(part);
  return named ? [named[1] ?? "", literalOf(named[2] ?? "", names)] : [place, literalOf(part, names)];
}

/** Methods that change a list or a record. */
const changing = /^(append|extend|insert|remove|pop|popitem|clear|update|setdefault|sort|reverse|add|discard|__\w+__)$/;

/** `NAME = literal`, where the name is given that one alone, and no list or record is changed afterwards. */
function constantsIn({ assignments, bindings, calls, parameters, text }: PythonProgram): ReadonlyMap<string, unknown> {
  const given = new Map<string, unknown>();
  // Within its function a parameter hides a name of the program.
  const again = new Set<string>(parameters);
  for (const { name, holder } of calls) if (holder !== undefined && changing.test(name)) again.add(holder);
  for (const { target, form } of bindings)
    if (/^(del|def|class|import|except|match)$/.test(form)) again.add(text.slice(target.from, target.to));
  for (const { targets, value } of assignments)
    for (const target of targets) {
      const name = text.slice(target.from, target.to);
      if (target.name !== "VariableName") {
        again.add(/^\w*/.exec(name)?.[0] ?? "");
        continue;
      }
      const single = value && targets.length === 1 && value.prevSibling?.name !== ",";
      const literal = single ? literalOf(text.slice(value.from, value.to), new Map()) : undefined;
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
