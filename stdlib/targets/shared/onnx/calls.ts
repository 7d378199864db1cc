/**
 * Code examples that query a folder of ONNX models like the notebook: with transformers.js in JavaScript, with ONNX
 * Runtime in Python. They run unmodified.
 */
import type { CodeExample, ModelToDeploy } from "../../kind.js";
import { javaScriptString as js, pythonString as py } from "../../../text/quoting.js";
import { onnxFileName, type OnnxWeightPrecision } from "./files.js";

const ASKED = "The invoice that came on Monday is wrong.";
const QUESTION = "What is wrong?";
const PAIR = "The bill is wrong.";

export function onnxCallExamples(
  model: ModelToDeploy,
  place: string,
  rounding: OnnxWeightPrecision | undefined,
): readonly CodeExample[] {
  return [javaScript(model, place), ...python(model, place, rounding)];
}

/** transformers.js finds models by name in one folder. */
function javaScript(model: ModelToDeploy, place: string): CodeExample {
  const [folder, name] = foundIn(place.replace(/\/+$/, ""));
  const { names, lines } = callLines(model, name);
  return {
    language: "JavaScript",
    needs: ["@huggingface/transformers"],
    code: [
      `import { env, ${names.join(", ")} } from "@huggingface/transformers";`,
      "",
      "env.allowRemoteModels = false;",
      `env.localModelPath = ${js(folder)};`,
      ...lines,
    ].join("\n"),
  };
}

/**
 * Splits a path into a folder and a model name, if transformers.js accepts the name; otherwise the complete path is the
 * name.
 */
function foundIn(path: string): readonly [folder: string, name: string] {
  const cut = path.lastIndexOf("/");
  const name = path.slice(cut + 1);
  const taken = /^\w[\w.-]{0,95}$/.test(name) && !/\.\.|--|[.-]$|\.(?:git|ipynb)$/.test(name);
  const folder = cut < 0 ? "./" : path.slice(0, cut + 1);
  return taken ? [folder, name] : [folder, cut < 0 ? `./${path}` : path];
}

interface Asked {
  readonly names: readonly string[];
  readonly lines: readonly string[];
}
function callLines(model: ModelToDeploy, name: string): Asked {
  const piped = (task: string, question: string, options = "", suffix = ""): Asked => ({
    names: ["pipeline"],
    lines: [
      `const ask = await pipeline(${js(task)}, ${js(name)});`,
      `const answer = await ask(${question}${options});`,
      `console.log(answer${suffix});`,
    ],
  });
  const { call, implementation } = model.parts.task;
  const { onnxExamples } = implementation.supervision.rowFormat;
  const pair = model.roles.includes("text_pair");
  if (!implementation.answers) {
    const how = ", { max_new_tokens: 32, do_sample: false }";
    if (model.parts.family.shape === "encoder-decoder")
      return piped("text2text-generation", js(prefixOf(call.arguments) + ASKED), how, "[0].generated_text");
    const messages = `[{ role: "user", content: ${js(ASKED)} }]`;
    return model.roles.includes("messages")
      ? piped("text-generation", messages, how, "[0].generated_text.at(-1).content")
      : piped("text-generation", js(ASKED), how, "[0].generated_text");
  }
  const example = onnxExamples.pipeline({ text: js(ASKED), question: js(QUESTION) }, call);
  if (example) return piped(example.task, example.input, example.options, example.property);
  if (call.word === "fill_mask")
    return withClass("AutoModelForMaskedLM", name, "`The invoice is ${tokenizer.mask_token}.`", FILLED);
  if (pair || model.config["problem_type"] === "regression" || model.labels.length === 0)
    return withClass(
      "AutoModelForSequenceClassification",
      name,
      `${js(ASKED)}, { ${pair ? `text_pair: ${js(PAIR)}, ` : ""}truncation: true, max_length: ${model.maxLength} }`,
      model.labels.length > 0 ? CHANCES : ROWS,
    );
  const all = model.config["problem_type"] === "multi_label_classification" ? ", { top_k: null }" : "";
  return piped("text-classification", js(ASKED), all);
}

const CHANCES = [
  "const [row] = logits.tolist();",
  "const chances = row.map((x) => Math.exp(x - Math.max(...row)));",
  "const all = chances.reduce((sum, x) => sum + x);",
  "console.log(Object.fromEntries(chances.map((x, i) => [model.config.id2label[i], x / all])));",
];
const ROWS = ["console.log(logits.tolist()[0]);"];
const FILLED = [
  "const place = inputs.input_ids.tolist()[0].findIndex((id) => Number(id) === tokenizer.mask_token_id);",
  "const [row] = logits.tolist();",
  "console.log(tokenizer.decode([row[place].indexOf(Math.max(...row[place]))]));",
];
function withClass(auto: string, name: string, question: string, tells: readonly string[]): Asked {
  return {
    names: ["AutoTokenizer", auto],
    lines: [
      `const tokenizer = await AutoTokenizer.from_pretrained(${js(name)});`,
      `const model = await ${auto}.from_pretrained(${js(name)});`,
      `const inputs = await tokenizer(${question});`,
      "const { logits } = await model(inputs);",
      ...tells,
    ],
  };
}
function prefixOf(given: Readonly<Record<string, unknown>>): string {
  return typeof given["prefix"] === "string" ? given["prefix"] : "";
}

function python(
  model: ModelToDeploy,
  place: string,
  rounding: OnnxWeightPrecision | undefined,
): readonly CodeExample[] {
  const { implementation, call } = model.parts.task;
  if (!implementation.answers) return model.parts.family.shape === "decoder" ? [writes(model, place, rounding)] : [];
  const file = onnxFileName("forward", false, rounding);
  const pair = model.roles.includes("text_pair") ? `, ${py(PAIR)}` : "";
  const { onnxExamples } = implementation.supervision.rowFormat;
  const text =
    onnxExamples.encoded({ text: py(ASKED), question: py(QUESTION) }) ??
    (call.word === "fill_mask" ? 'f"The invoice is {mask}."' : `${py(ASKED)}${pair}`);
  return [
    {
      language: "Python",
      needs: ["onnxruntime", "tokenizers", "numpy"],
      code: [
        ...["import json", "import numpy as np", "import onnxruntime", "from tokenizers import Tokenizer", ""],
        `folder = ${py(place)}`,
        'tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")',
        "tokenizer.no_padding()",
        `tokenizer.enable_truncation(${model.maxLength})`,
        `session = onnxruntime.InferenceSession(f"{folder}/${file}")`,
        ...(call.word === "fill_mask"
          ? ['mask = json.load(open(f"{folder}/tokenizer_config.json")).get("mask_token", "[MASK]")']
          : []),
        `text = tokenizer.encode(${text})`,
        'feeds = {"input_ids": text.ids, "attention_mask": text.attention_mask, "token_type_ids": text.type_ids}',
        "names = [port.name for port in session.get_inputs()]",
        "answer = session.run(None, {name: np.array([feeds[name]], np.int64) for name in names})",
        ...outputLines(model),
      ].join("\n"),
    },
  ];
}

/** Generates token by token, passing keys and values from step to step. */
function writes(model: ModelToDeploy, place: string, rounding: OnnxWeightPrecision | undefined): CodeExample {
  const chat = model.roles.includes("messages");
  const ends = model.config["eos_token_id"];
  // transformers supports template tags beyond Jinja's.
  const reads = chat
    ? [
        "tokenizer = AutoTokenizer.from_pretrained(folder)",
        `messages = [{"role": "user", "content": ${py(ASKED)}}]`,
        'ids = list(tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True)["input_ids"])',
      ]
    : ['tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")', `ids = tokenizer.encode(${py(ASKED)}).ids`];
  return {
    language: "Python",
    needs: ["onnxruntime", "numpy", ...(chat ? ["transformers", "jinja2"] : ["tokenizers"])],
    code: [
      ...["import numpy as np", "import onnxruntime"],
      ...[chat ? "from transformers import AutoTokenizer" : "from tokenizers import Tokenizer", ""],
      `folder = ${py(place)}`,
      `session = onnxruntime.InferenceSession(f"{folder}/${onnxFileName("decoder", false, rounding)}")`,
      ...reads,
      "past = {",
      "    port.name: np.zeros((1, port.shape[1], 0, port.shape[3]), np.float32)",
      '    for port in session.get_inputs() if port.name.startswith("past_key_values")',
      "}",
      "names = [port.name for port in session.get_outputs()]",
      "start, read = len(ids), 0",
      "while len(ids) < start + 32:",
      "    feeds = {",
      '        "input_ids": np.array([ids[read:]], np.int64),',
      '        "attention_mask": np.ones((1, len(ids)), np.int64),',
      '        "position_ids": np.arange(read, len(ids))[None],',
      "    }",
      "    answer = dict(zip(names, session.run(names, {**feeds, **past})))",
      '    past = {name: answer[name.replace("past_key_values", "present")] for name in past}',
      "    read = len(ids)",
      '    ids.append(int(answer["logits"][0, -1].argmax()))',
      `    if ids[-1] in ${JSON.stringify([ends ?? []].flat())}:`,
      "        break",
      "print(tokenizer.decode(ids[start:]))",
    ].join("\n"),
  };
}

const LABELS = 'labels = json.load(open(f"{folder}/config.json"))["id2label"]';
function outputLines(model: ModelToDeploy): readonly string[] {
  const printed = model.parts.task.implementation.supervision.rowFormat.onnxExamples.printed(LABELS);
  if (printed) return printed;
  if (model.parts.task.call.word === "fill_mask")
    return ["print(tokenizer.decode([answer[0][0, text.tokens.index(mask)].argmax()]))"];
  if (model.labels.length === 0 || model.config["problem_type"] === "regression") return ["print(answer[0][0])"];
  const probabilities =
    model.config["problem_type"] === "multi_label_classification"
      ? "1 / (1 + np.exp(-answer[0][0]))"
      : "np.exp(answer[0][0] - answer[0][0].max())";
  return [
    LABELS,
    `chances = ${probabilities}`,
    ...(model.config["problem_type"] === "multi_label_classification" ? [] : ["chances /= chances.sum()"]),
    "print({labels[str(i)]: round(float(p), 4) for i, p in enumerate(chances)})",
  ];
}
