import { defineWord } from "#dsl/language/types/define.js";
import { planStudentModel, isStudentPlanRefused, type StudentSize, type StudentTensorSource } from "./shared/cut.js";
import { teacherMemoryOf } from "./shared/teacher-memory.js";
import { teachingRefusal } from "./shared/teachable.js";
import { CodedError, mustGet } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { CompressionStepImplementation } from "../compression/compression-step.js";

export const studentSizeOf = (settings: { readonly layers?: unknown; readonly hidden?: unknown }): StudentSize => ({
  layers:
    typeof settings.layers === "number" || Array.isArray(settings.layers)
      ? (settings.layers as StudentSize["layers"])
      : null,
  hidden: typeof settings.hidden === "number" ? settings.hidden : null,
});

export const word = defineWord({
  kind: "student",
  name: "student",
  doc: "A smaller model that learns from the trained one. It starts with some of its blocks, including the first and the last, and the given share of their heads and width; or from a base of its own. All its weights are then trained by the recipe on the targets in `learns`.",
  example: "distill: student(layers: 3)",
  references: [
    {
      title: "Distilling the Knowledge in a Neural Network",
      by: "Hinton et al.",
      year: 2015,
      url: "https://arxiv.org/abs/1503.02531",
    },
    {
      title: "DistilBERT, a distilled version of BERT",
      by: "Sanh et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1910.01108",
    },
    {
      title: "TinyBERT: Distilling BERT for Natural Language Understanding",
      by: "Jiao et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1909.10351",
    },
    {
      title: "Distilling Task-Specific Knowledge from BERT into Simple Neural Networks",
      by: "Tang et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1903.12136",
    },
  ],
  elsewhere: {
    distillation: "student",
    tinybert: "student",
    num_layers: "layers",
    num_hidden_layers: "layers",
    hidden_size: "hidden",
    model: "base",
    losses: "learns",
    loss: "learns",
  },
  advice: {
    augmentation: "write the number of texts to generate from each row: `augment: 6`",
    temperature: "write it in `learns`: `learns: logits(temperature: 4)`",
    alpha: "write weights in `learns`: `learns: [labels(0.5), logits(0.5)]`",
  },
  parameters: [
    {
      name: "layers",
      type: {
        is: "either",
        of: [
          { is: "number", integer: true },
          { is: "list", of: { is: "number", integer: true } },
        ],
      },
      doc: "Number of blocks, or which of the model's, from 0: `[0, 2, 4]`. A number takes the first, the last, and others at equal distances.",
      positional: true,
      why: "Time and memory are proportional to the blocks; half of them keep most of a classifier's quality.",
      impact: "high",
    },
    {
      name: "hidden",
      type: { is: "number", integer: true },
      doc: "Its width: a share of the model's, rounded to whole heads, with the same share of the inner layers.",
      range: { min: 1 },
      why: "A narrower model is smaller by the square, and has more to learn again.",
      impact: "high",
    },
    {
      name: "base",
      type: { is: "string" },
      doc: "A base to start from instead of the model's own weights; with a different tokenizer it can learn only `labels` and `logits`.",
      why: "A base trained to be small knows more than a part of a large one.",
      impact: "high",
    },
    {
      name: "learns",
      type: { is: "list", of: { is: "word", kind: "lesson" } },
      doc: "The targets to learn, each with its weight.",
      default: {
        value: [
          { word: "labels", kind: "lesson", arguments: {} },
          { word: "logits", kind: "lesson", arguments: {} },
        ],
      },
      why: "The probabilities of all labels contain more than a row's single label.",
      impact: "high",
    },
    {
      name: "augment",
      type: { is: "number", integer: true },
      doc: "Number of additional texts to generate from each row: words are dropped, words of other rows inserted, ends of two rows joined. The model labels them, like rows without labels.",
      range: { min: 1, max: 100 },
      why: "A teacher's predictions help more on unlabelled texts than on those that have labels anyway.",
      impact: "medium",
    },
  ],
  check(call, context) {
    const { layers, hidden, base } = call.arguments;
    const sized = layers !== undefined || hidden !== undefined;
    if ((base !== undefined) === sized) context.report("student-size", { twice: sized }, sized ? "base" : undefined);
  },
  capabilities: {
    isTrained: true,
    startBase: ({ arguments: { base } }) => (typeof base === "string" ? base : null),
    resultingBase(call, facts, family) {
      const cut = planStudentModel(studentSizeOf(call.arguments), facts, family);
      return isStudentPlanRefused(cut) ? cut : { config: cut.config, shapes: cut.shapes };
    },
    teacherValues: ({ arguments: { learns = [] } }, has, ...bases) => teacherMemoryOf(learns, has, ...bases),
    augmentedTexts: ({ arguments: { augment } }) => augment ?? 0,
    refusal: ({ arguments: { learns = [], augment } }, wanted) =>
      teachingRefusal(learns, { ...wanted, unlabelled: wanted.unlabelled || augment !== undefined }),
  },
  load: () => Promise.resolve(student),
});

/** Builds a student's weights from parts of its teacher's. */
const student: CompressionStepImplementation = {
  make(call, { facts, family, read }) {
    const cut = planStudentModel(studentSizeOf(argumentsWithDefaults(word, call)), facts, family);
    if (isStudentPlanRefused(cut))
      throw new CodedError("internal", { what: `the planned student cannot be made: ${cut.why}` });
    const parts = new Map(Object.entries(cut.parts));
    return {
      config: cut.config,
      shapes: cut.shapes,
      tensor(name) {
        const part = mustGet(parts, name, "tensor");
        return taken(read(part.from), part);
      },
    };
  },
  losses: (call) => argumentsWithDefaults(word, call).learns,
  augments: (call) => argumentsWithDefaults(word, call).augment ?? 0,
};

/** Selects indices of an f32 tensor along its axes. */
function taken(tensor: NDArray, { shape, places }: StudentTensorSource): NDArray {
  if (places.every((one) => one === null)) return tensor;
  const values = new Float32Array(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.byteLength / 4);
  const [rows = 1, columns = 1] = shape;
  const width = tensor.shape[1] ?? 1;
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      out[i * columns + j] = values[(places[0]?.[i] ?? i) * width + (places[1]?.[j] ?? j)] ?? 0;
  return { dtype: "f32", shape, bytes: new Uint8Array(out.buffer) };
}
