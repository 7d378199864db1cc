/** Target `gguf`: a GGUF file with a complete generative model, and an Ollama Modelfile. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ModelToDeploy, TargetImplementation, DeploymentResult } from "./kind.js";
import { ggufCallExamples } from "./shared/gguf/calls.js";
import { describeGgufModel, ggufRefusal, type GgufModel } from "./shared/gguf/gguf-model.js";
import type { QuantizationType } from "./shared/gguf/mixture.js";
import { ggufBytes } from "./shared/gguf/stream.js";
import { modelfileText } from "./shared/ollama/modelfile.js";
import { ollamaName, shellPathArgument } from "../text/quoting.js";
import { word } from "./gguf.js";

/** Output paths: the main file, and the prefix of files next to it. */
const MAIN = "main";
const BESIDE = "beside:";

/** Minimum share of first tokens that must match the notebook's, by quantization type. */
const AGREE: Readonly<Partial<Record<QuantizationType, number>>> = {
  f16: 0.95,
  bf16: 0.9,
  q8_0: 0.9,
  q6_k: 0.85,
  q5_1: 0.8,
  q5_0: 0.8,
};
const LEAST = 0.6;

export const gguf: TargetImplementation = {
  refuses: (_call, model) => ggufRefusal(model),
  async write(call, model, out) {
    const quantize = quantizeOf(call);
    const whole = await describeGgufModel(model, quantize);
    if ("refused" in whole)
      throw new CodedError("internal", { what: `the refused model was written: ${whole.refused}` });
    await out.write(MAIN, ggufBytes(whole));
    const file = fileOf(call);
    const modelfile = modelfileOf(model, whole, file);
    await out.write(`${BESIDE}${file.replace(/\.gguf$/i, "")}.Modelfile`, modelfileText(modelfile));
    return {
      ...exactness(quantize),
      left: [
        ...whole.left,
        ...(modelfile.template === null
          ? [
              {
                part: "the template in the Modelfile",
                instead: "Ollama uses the one in the file, if it knows it",
              },
            ]
          : []),
      ],
    };
  },
  calls: (_call, model, place) => ggufCallExamples(model, place),
};

function quantizeOf(call: Call): QuantizationType {
  return argumentsWithDefaults(word, call).quantize;
}

function exactness(quantize: QuantizationType): Pick<DeploymentResult, "tolerance" | "agreement" | "rounded"> {
  if (quantize === "f32") return { tolerance: 1e-3 };
  return { tolerance: null, agreement: AGREE[quantize] ?? LEAST, rounded: `weights ${quantize}` };
}

function fileOf(call: Call): string {
  return argumentsWithDefaults(word, call).path.split(/[\\/]/).at(-1) ?? "";
}

/** Ollama's default context. It is lowered if the model allows less, and raised if it was trained on longer texts. */
const CONTEXT = 4096;

function modelfileOf(
  model: ModelToDeploy,
  { ollama, context }: GgufModel,
  from: string,
): Parameters<typeof modelfileText>[0] {
  const name = from.replace(/\.gguf$/i, "");
  const { chat } = model;
  const called = ollamaName(name);
  const remarks = [`ollama create ${called} -f ${shellPathArgument(`${name}.Modelfile`)} && ollama run ${called}`];
  const template = chat ? (ollama?.go ?? null) : "{{ .Prompt }}";
  if (chat)
    remarks.push(
      ollama
        ? `Conversations are written as the notebook writes them (${ollama.known.name}).`
        : "The model's chat template is not a known one: Ollama uses the one in the file.",
    );
  const system = ollama?.system ?? null;
  return {
    remarks: [
      ...remarks,
      "The likeliest token is always taken, as when the deployment was proved: raise temperature for variety.",
    ],
    from,
    template,
    system: system?.includes('"""') ? null : system,
    stops: chat?.stop ? [chat.stop] : [],
    parameters: { num_ctx: Math.min(context, Math.max(CONTEXT, model.maxLength)), temperature: 0 },
  };
}
