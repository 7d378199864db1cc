/**
 * Python code examples: tokenize texts to arrays with the tokenizer in `folder`, and convert the model's outputs to
 * answers. They run unmodified, with numpy and tokenizers.
 */
import type { ModelToDeploy } from "../kind.js";

type Told = Pick<ModelToDeploy, "config" | "labels" | "roles" | "parts" | "maxLength">;

const MASK =
  'mask = next(t.content for t in tokenizer.get_added_tokens_decoder().values() if "mask" in t.content.lower())';

/**
 * `inputs`: the graph's inputs, int32, with shorter texts padded. `width`: an expression for the file's fixed length,
 * if any; `written` is then the length of the decoder's tokens.
 */
export function pythonInputLines(model: Told, width?: string): string[] {
  const { family, task } = model.parts;
  const pairs = model.roles.includes("text_pair") || model.roles.includes("question");
  const texts = pairs
    ? '[("Where does it hurt?", "It hurts in the knee."), ("And now?", "No more.")]'
    : '["The parcel never came.", "Thank you!"]';
  const pad = Number(model.config["pad_token_id"] ?? 0);
  const fills = task.call.word === "fill_mask";
  const start = String(Number(model.config["decoder_start_token_id"] ?? 0));
  const alone = task.implementation.supervision.rowFormat.separateTexts
    ? ".encode_batch([text for pair in texts for text in pair])"
    : ".encode_batch(texts)";
  return [
    'tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")',
    ...(fills ? [MASK, 'texts = [f"The parcel never {mask}.", f"{mask} you!"]'] : [`texts = ${texts}`]),
    `tokenizer.enable_truncation(${String(model.maxLength)})`,
    `tokenizer.enable_padding(pad_id=${String(pad)}${width === undefined ? "" : `, length=${width}`})`,
    `encoded = tokenizer${alone}`,
    "inputs = {",
    '    "input_ids": np.array([e.ids for e in encoded], np.int32),',
    '    "attention_mask": np.array([e.attention_mask for e in encoded], np.int32),',
    ...(model.parts.tokenTypes === true
      ? ['    "token_type_ids": np.array([e.type_ids for e in encoded], np.int32),']
      : []),
    ...(family.shape === "encoder-decoder"
      ? [
          `    "decoder_input_ids": np.full((len(encoded), ${width === undefined ? "1" : "written"}), ${start}, np.int32),`,
        ]
      : []),
    "}",
  ];
}

/** `output`: an expression for the model's output array called `name`. */
export function pythonLogitsLines(output: string, model: Told): string[] {
  const names = model.parts.task.call.word === "question_answering" ? ["start_logits", "end_logits"] : ["logits"];
  return names.map((name) => `${name} = ${output.replace("name", JSON.stringify(name))}`);
}

const LABELS =
  'labels = [name for _, name in sorted((int(i), name) for i, name in json.load(open(folder + "/config.json"))["id2label"].items())]';

export function pythonPredictionLines(model: Told): string[] {
  switch (model.parts.task.call.word) {
    case "text_classification":
      return [
        LABELS,
        "probabilities = np.exp(logits - logits.max(-1, keepdims=True))",
        "probabilities /= probabilities.sum(-1, keepdims=True)",
        "for text, row in zip(texts, probabilities):",
        '    print(text, labels[row.argmax()], f"{row.max():.3f}")',
      ];
    case "multilabel_classification":
      return [
        LABELS,
        "for text, row in zip(texts, 1 / (1 + np.exp(-logits))):",
        "    print(text, [label for label, p in zip(labels, row) if p > 0.5])",
      ];
    case "regression":
      return ["for text, row in zip(texts, logits):", "    print(text, float(row[0]))"];
    case "token_classification":
      return [
        LABELS,
        "for e, row in zip(encoded, logits):",
        "    print([(token, labels[i]) for token, kept, i in zip(e.tokens, e.attention_mask, row.argmax(-1)) if kept])",
      ];
    case "question_answering":
      return [
        "for e, start, end in zip(encoded, start_logits, end_logits):",
        "    print(tokenizer.decode(e.ids[start.argmax() : end.argmax() + 1]))",
      ];
    case "sentence_similarity":
      return [
        "vectors = logits / np.linalg.norm(logits, axis=-1, keepdims=True)",
        "for pair, a, b in zip(texts, vectors[0::2], vectors[1::2]):",
        '    print(pair, f"{a @ b:.3f}")',
      ];
    case "fill_mask":
      return [
        "for text, e, row in zip(texts, encoded, logits):",
        "    print(text, tokenizer.decode([int(row[e.tokens.index(mask)].argmax())]))",
      ];
    default:
      // Prints the most likely first token: of the decoder's output, or after the complete text.
      return [
        "for text, e, row in zip(texts, encoded, logits):",
        `    print(text, tokenizer.decode([int(row[${model.parts.family.shape === "encoder-decoder" ? "0" : "sum(e.attention_mask) - 1"}].argmax())]))`,
      ];
  }
}
