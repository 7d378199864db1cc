/** Target `page`: an HTML page that contains a quantized ONNX graph and the data that the page's scripts need. */
import { modelFile } from "#dsl/tensor/backends/onnx/file.js";
import { roundToInt4 } from "#dsl/tensor/backends/onnx/rounding/int4.js";
import { roundToInt8 } from "#dsl/tensor/backends/onnx/rounding/int8.js";
import type { StandaloneGraph } from "#dsl/tensor/backends/onnx/standalone.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ModelToDeploy, TargetImplementation, DeploymentResult } from "./kind.js";
import { writeConfigAndTokenizer } from "./shared/companion-files.js";
import { replaceWordWithGap } from "./shared/page/gaps.js";
import { onnxGraphsToExport, type OnnxGraphToExport } from "./shared/onnx/graphs.js";
import type { PageDemoData } from "./shared/page/demo.js";
import { PAGE_TASKS } from "./shared/page/task-names.js";
import { isPageTask } from "./shared/page/tasks.js";
import { shellPathArgument } from "../text/quoting.js";
import { tooLargeReason } from "./shared/too-large.js";
import { word } from "./page.js";

/** Output paths: the main file, the prefix of files next to it, and the temporary file of the model. */
const MAIN = "main";
const BESIDE = "beside:";
const MODEL = "model.onnx";

/** Maximum bytes of a model: the string length that browsers support, and the memory that WebAssembly has. */
const MOST = { embedded: 350e6, linked: 1.5e9 } as const;

export const page: TargetImplementation = {
  async refuses(call, model) {
    const { task } = model.parts;
    if (!isPageTask(task.call.word) || model.parts.family.shape !== "encoder")
      return `a page supports encoders with the tasks ${PAGE_TASKS.join(", ")}; use \`onnx\` and \`gguf\` for others`;
    if (task.call.word === "question_answering" && !(await wordPieces(model)))
      return "on a page, question answering supports models with a WordPiece tokenizer (BERT, DistilBERT, MiniLM, MobileBERT, ELECTRA); use `onnx` for others";
    const { graph, where } = planned(call, model);
    const why = tooLargeReason(modelFile(graph, "").size, MOST[where], where === "linked" ? "a browser" : "a page");
    return why && where === "embedded"
      ? { why, help: "write `model: linked`, which stores the model in a separate file" }
      : why;
  },
  async write(call, model, out) {
    const { graph, outgoing, where, quantize } = planned(call, model);
    const file = where === "linked" ? `${nameOf(call).replace(/\.html$/i, "")}.onnx` : null;
    const from = file === null ? MODEL : `${BESIDE}${file}`;
    await out.write(from, modelFile(graph, "").model());
    await writeConfigAndTokenizer(model, out);
    const forward = { file: MAIN, ...outgoing.ports };
    const demo: Omit<PageDemoData, "model"> = {
      version: 1,
      name: model.name,
      task: model.parts.task.call,
      labels: model.labels,
      pairs: isPair(model),
      tokenTypes: model.tokenTypes,
      maxLength: model.maxLength,
      graph: forward,
      config: model.config,
      ...(model.fitted && { fitted: model.fitted }),
      examples: examplesFor(model, await model.examples(argumentsWithDefaults(word, call).examples)),
      card: cardOf(model, quantize),
    };
    await out.tool("page", { from, to: MAIN, demo, tokenizer: await tokenizerOf(model), file });
    return { graphs: { forward }, ...PROVED[quantize], ...(model.fitted && { holdsFitted: true as const }) };
  },
  calls: (_call, _model, place) => [
    {
      language: "shell",
      needs: [],
      code: `open ${shellPathArgument(place)} || xdg-open ${shellPathArgument(place)}\n`,
    },
  ],
};

type Quantize = "int8" | "int4";
const ROUNDED: Readonly<Record<Quantize, (graph: StandaloneGraph) => StandaloneGraph>> = {
  int8: roundToInt8,
  int4: roundToInt4,
};
const PROVED: Readonly<Record<Quantize, Pick<DeploymentResult, "tolerance" | "agreement" | "rounded">>> = {
  int8: { tolerance: null, agreement: 0.95, rounded: "weights int8 by outputs, activations int8 by rows" },
  int4: { tolerance: null, agreement: 0.9, rounded: "weights int4 by blocks of 32, tables int8, activations f32" },
};

function planned(
  call: Call,
  model: ModelToDeploy,
): {
  readonly outgoing: OnnxGraphToExport;
  readonly graph: StandaloneGraph;
  readonly where: keyof typeof MOST;
  readonly quantize: Quantize;
} {
  const { quantize, model: where } = argumentsWithDefaults(word, call);
  const outgoing = mustExist(
    onnxGraphsToExport(model).find(({ name }) => name === "forward"),
    "a graph that predicts for whole texts",
  );
  return { outgoing, graph: ROUNDED[quantize](outgoing.graph), where, quantize };
}

/** For `fill_mask`, replaces a long word in the middle of each text by a gap. */
function examplesFor({ parts }: ModelToDeploy, examples: PageDemoData["examples"]): PageDemoData["examples"] {
  if (parts.task.call.word !== "fill_mask") return examples;
  return examples.flatMap((text) => (typeof text === "string" ? (replaceWordWithGap(text) ?? []) : []));
}
/** Whether inputs are two texts: a pair that belongs together, or two to compare. */
function isPair({ parts, roles }: ModelToDeploy): boolean {
  return (
    parts.task.implementation.supervision.rowFormat.separateTexts ||
    ["text_pair", "context"].some((role) => roles.includes(role))
  );
}

function nameOf(call: Call): string {
  return argumentsWithDefaults(word, call).path.split(/[\\/]/).at(-1) ?? "";
}

/** The page can compute the positions of tokens in a text only for WordPiece. */
async function wordPieces({ files, file }: ModelToDeploy): Promise<boolean> {
  if (!files.includes("tokenizer.json")) return false;
  const read: unknown = JSON.parse(new TextDecoder().decode(await file("tokenizer.json")));
  const model = isRecord(read) ? read["model"] : null;
  return isRecord(model) && model["type"] === "WordPiece" && (model["continuing_subword_prefix"] ?? "##") === "##";
}

async function tokenizerOf({ files, file }: ModelToDeploy): Promise<string> {
  const json = async (name: string): Promise<unknown> =>
    files.includes(name) ? JSON.parse(new TextDecoder().decode(await file(name))) : null;
  return JSON.stringify({ tokenizer: await json("tokenizer.json"), settings: await json("tokenizer_config.json") });
}

/** The first line is shown below the page's name. */
function cardOf({ parts, labels, origin, maxLength, adapter }: ModelToDeploy, quantize: Quantize): readonly string[] {
  const { hub, licence, learnt } = origin;
  const task = parts.task.call.word.replaceAll("_", " ");
  const most = 20;
  const more = labels.length > most ? ` and ${String(labels.length - most)} more` : "";
  const figure = (value: number): string => String(Number(value.toPrecision(3)));
  const rows = learnt?.rows ?? null;
  return [
    task.slice(0, 1).toUpperCase() + task.slice(1),
    ...(hub === null ? [] : [`It was fine-tuned from ${hub}${adapter ? " with an adapter" : ""}.`]),
    ...(learnt ? [`It was trained on ${learnt.day}${rows === null ? "" : ` from ${plain(rows)} rows`}.`] : []),
    ...(learnt && learnt.scores.length > 0
      ? [
          `Before its weights were rounded it scored, on ${learnt.on}: ${learnt.scores.map(([name, value]) => `${name} ${figure(value)}`).join(", ")}.`,
        ]
      : []),
    licence === null
      ? "The model that it was trained from names no licence."
      : `The model that it was trained from has the licence ${licence}.`,
    ...(labels.length > 0 ? [`Labels: ${labels.slice(0, most).join(", ")}${more}.`] : []),
    reads(parts.task.call.word, maxLength),
    `Its weights are rounded to ${quantize}, so its predictions differ a little from those of the trained model.`,
    "Tunebook wrote this page and compared its predictions with those of the trained model.",
  ];
}
const plain = (count: number): string => count.toLocaleString("en-US");

function reads(task: string, tokens: number): string {
  return task === "question_answering"
    ? `It reads ${String(tokens)} tokens at once; a longer context is read in several parts.`
    : `It reads the first ${String(tokens)} tokens of a text; the rest is cut off.`;
}
