import { defineWord } from "#dsl/language/types/define.js";
import { misplacedVerbKeyAdvice } from "./shared/parameters.js";
import { QUANTIZATION_TYPES } from "./shared/gguf/mixture.js";

export const word = defineWord({
  kind: "target",
  name: "gguf",
  doc: "One file for llama.cpp and programs based on it (Ollama, LM Studio, node-llama-cpp): it contains weights, tokenizer, chat template and the tokens that end an answer. An Ollama Modelfile is written with it. For LLaMA and similar models, Mistral, Qwen2 and 3, Gemma 1 to 3 and GPT-2.",
  example: 'deploy writer to gguf("build/writer.gguf", quantize: q8_0)',
  elsewhere: {
    llama_cpp: "gguf",
    llamacpp: "gguf",
    ggml: "gguf",
    ollama: "gguf",
    file: "path",
    outtype: "quantize",
    quantization: "quantize",
    quantization_method: "quantize",
  },
  advice: misplacedVerbKeyAdvice,
  parameters: [
    {
      name: "path",
      type: { is: "string" },
      doc: "The file that is written; a relative path starts from the notebook's folder.",
      positional: true,
      required: true,
      why: "The program that reads the file decides where it must be.",
      impact: "high",
    },
    {
      name: "quantize",
      type: { is: "choice", of: QUANTIZATION_TYPES },
      doc: "The rounding of the weights. Norms and biases stay f32; rows that are not a multiple of a format's block, and the output, use other formats, as chosen by llama-quantize without an importance matrix. q8_0 halves the size again with hardly any loss.",
      means: {
        f32: "not rounded",
        f16: "halves, 2 bytes a weight",
        bf16: "the upper half of f32, 2 bytes a weight",
        q8_0: "8 bits, and a scale for each 32",
        q5_1: "5 bits, with a scale and an offset for each 32",
        q5_0: "5 bits, and a scale for each 32",
        q4_1: "4 bits, with a scale and an offset for each 32",
        q4_0: "4 bits, and a scale for each 32",
        q4_k: "llama.cpp's Q4_K_M: 4 bits in blocks of 256, and 6 for the most important weights",
        q6_k: "6 bits in blocks of 256",
      },
      default: { value: "f16" },
      why: "Half the size, and the same answers except for near ties.",
      impact: "high",
    },
  ],
  capabilities: {
    writes: "file",
    extension: ".gguf",
    extraExtensions: [".Modelfile"],
    generativeOnly: true,
    runtime: "llama.cpp",
    readBy: ["llama.cpp", "Ollama", "LM Studio", "node-llama-cpp", "xllamacpp", "llama-cpp-python"],
  },
  load: () => import("./gguf.run.js").then((m) => m.gguf),
});
