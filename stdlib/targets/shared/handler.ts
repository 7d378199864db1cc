/** Writes handler.py for Hugging Face's inference endpoints: texts truncated as in training, labels by name. */
import type { ModelToDeploy } from "../kind.js";
import { pythonString, pythonStringList } from "../../text/quoting.js";
import { answerTypeOf, type AnswerType } from "./model-type.js";
import { pythonPoolingLines } from "./transformers-calls.js";
import { modelLoadingCodeOf } from "./transformers-opens.js";

export function endpointHandlerScriptText(model: ModelToDeploy, whole: boolean): string {
  const sort = answerTypeOf(model.config);
  const opens = modelLoadingCodeOf(model, sort, whole, "path");
  const { prefix: given } = model.parts.task.call.arguments;
  const prefix = typeof given === "string" ? given : "";
  return `"""Answers requests of a Hugging Face inference endpoint: {"inputs": text or list, "parameters": {...}}."""
import torch
${opens.imports.join("\n")}

MAX_LENGTH = ${model.maxLength}
LABELS = ${pythonStringList(model.labels)}
PREFIX = ${pythonString(prefix)}


class EndpointHandler:
    def __init__(self, path=""):
        self.tokenizer = AutoTokenizer.from_pretrained(path)
        self.model = ${opens.model}

    def __call__(self, data):
        inputs = data.get("inputs", data)
        many = isinstance(inputs, list)${sort === "continues" ? CONVERSATION : ""}
        parameters = data.get("parameters") or {}
        with torch.no_grad():
            answers = [self.answer(one, parameters) for one in (inputs if many else [inputs])]
        return answers if many else answers[0]

    def encode(self, *texts):
        return self.tokenizer(*texts, truncation=True, max_length=MAX_LENGTH, return_tensors="pt")

    def answer(self, one, parameters):
${ANSWERS[sort](model)
  .map((line) => (line ? `        ${line}` : ""))
  .join("\n")}
`;
}

/** A list of messages is one conversation. */
const CONVERSATION = ' and not all(isinstance(one, dict) and "role" in one for one in inputs)';
const texts = 'texts = (one["text"], one["text_pair"]) if isinstance(one, dict) else (one,)';
const ANSWERS: Readonly<Record<AnswerType, (model: ModelToDeploy) => readonly string[]>> = {
  labels: ({ config }) => [
    texts,
    "logits = self.model(**self.encode(*texts)).logits[0]",
    `scores = logits.${config["problem_type"] === "multi_label_classification" ? "sigmoid()" : "softmax(-1)"}.tolist()`,
    'return sorted(({"label": l, "score": s} for l, s in zip(LABELS, scores)), key=lambda x: -x["score"])',
  ],
  number: () => [texts, 'return {"score": self.model(**self.encode(*texts)).logits[0, 0].item()}'],
  tags: () => [
    "words = one.split()",
    'encoded = self.tokenizer(words, is_split_into_words=True, truncation=True, max_length=MAX_LENGTH, return_tensors="pt")',
    "tags = self.model(**encoded).logits[0].argmax(-1).tolist()",
    "first = {}",
    "for i, word in enumerate(encoded.word_ids()):",
    "    if word is not None:",
    "        first.setdefault(word, LABELS[tags[i]])",
    'return [{"word": words[w], "entity": tag} for w, tag in first.items()]',
  ],
  answers: () => [
    'encoded = self.encode(one["question"], one["context"])',
    "out = self.model(**encoded)",
    "start, end = int(out.start_logits.argmax()), int(out.end_logits.argmax())",
    'return {"answer": self.tokenizer.decode(encoded["input_ids"][0, start : end + 1])}',
  ],
  fills: () => [
    "encoded = self.encode(one)",
    "logits = self.model(**encoded).logits[0]",
    'places = (encoded["input_ids"][0] == self.tokenizer.mask_token_id).nonzero()[:, 0]',
    "return [self.tokenizer.decode(logits[p].argmax()) for p in places]",
  ],
  embeds: (model) => [
    "hidden = self.model(**self.encode(one)).last_hidden_state[0]",
    ...pythonPoolingLines(model),
    "return vector.tolist()",
  ],
  rewrites: () => [
    "encoded = self.encode(PREFIX + one)",
    'out = self.model.generate(**encoded, **{"do_sample": False, "max_new_tokens": 128, **parameters})',
    'return {"generated_text": self.tokenizer.decode(out[0], skip_special_tokens=True)}',
  ],
  continues: () => [
    "if isinstance(one, list) or self.tokenizer.chat_template:",
    '    turns = one if isinstance(one, list) else [{"role": "user", "content": one}]',
    '    encoded = self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=True, return_tensors="pt")',
    "else:",
    '    encoded = self.tokenizer(one, return_tensors="pt")',
    'out = self.model.generate(**encoded, **{"do_sample": False, "max_new_tokens": 128, **parameters})',
    'return {"generated_text": self.tokenizer.decode(out[0, encoded["input_ids"].shape[1] :], skip_special_tokens=True)}',
  ],
};
