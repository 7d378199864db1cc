/** Code example for a web page with a LiteRT file of fixed shape: LiteRT.js and the tokenizer next to the file. */
import type { CodeExample, ModelToDeploy } from "../kind.js";
import { javaScriptString, urlPath } from "../../text/quoting.js";

/** Returns null if the model reads more than one text or is generative, which takes more than a few lines. */
export function litertCallExample(
  model: Pick<ModelToDeploy, "config" | "roles" | "parts">,
  place: string,
): CodeExample | null {
  const { task, family, tokenTypes } = model.parts;
  const { rowFormat } = task.implementation.supervision;
  if (family.shape !== "encoder" || !rowFormat.supports.litertCall || model.roles.includes("text_pair")) return null;
  const pad = Number(model.config["pad_token_id"] ?? 0);
  const word = task.call.word;
  const code = [
    'import { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";',
    'import { Tokenizer } from "@huggingface/tokenizers";',
    "",
    `const file = ${javaScriptString(urlPath(place))};`,
    "const json = async (name) => (await fetch(`${file}.files/${name}`)).json();",
    'const tokenizer = new Tokenizer(await json("tokenizer.json"), await json("tokenizer_config.json"));',
    'await loadLiteRt("wasm/"); // the folder of that name in @litertjs/core, served by your server',
    'const model = await loadAndCompile(file, { accelerator: "wasm" });',
    "const shape = [...model.getInputDetails()[0].shape];",
    "",
    "async function ask(text) {",
    "  const { ids } = tokenizer.encode(text);",
    "  const read = ids.length > shape[1] ? [...ids.slice(0, shape[1] - 1), ids.at(-1)] : ids;",
    "  const filled = (number) => new Tensor(Int32Array.from({ length: shape[0] * shape[1] }, (_, i) => number(i)), shape);",
    "  const answer = await model.run({",
    `    input_ids: filled((i) => read[i] ?? ${String(pad)}),`,
    "    attention_mask: filled((i) => Number(i < read.length)),",
    ...(tokenTypes === true ? ["    token_type_ids: filled(() => 0),"] : []),
    "  });",
    '  const all = (await answer.logits.moveTo("wasm")).toTypedArray();',
    "  return [...all.slice(0, all.length / shape[0])];",
    "}",
    "",
    'const logits = await ask("The parcel never came.");',
    ...(word === "text_classification"
      ? [
          "const parts = logits.map((x) => Math.exp(x - Math.max(...logits)));",
          "const best = logits.indexOf(Math.max(...logits));",
          'const { id2label } = await json("config.json");',
          "console.log(id2label[best], (parts[best] / parts.reduce((a, b) => a + b)).toFixed(3));",
        ]
      : ["console.log(logits);"]),
    "",
  ];
  return { language: "JavaScript", needs: ["@litertjs/core", "@huggingface/tokenizers"], code: code.join("\n") };
}
