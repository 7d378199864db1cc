/** Python example that queries a transformers folder (or a PEFT adapter) like the notebook. It runs unmodified. */
import type { CodeExample, ModelToDeploy } from "../kind.js";
import { pythonString as q, pythonStringList } from "../../text/quoting.js";
import { answerTypeOf, type AnswerType } from "./model-type.js";
import { modelLoadingCodeOf } from "./transformers-opens.js";

/** Texts in the code examples of all targets. */
export const EXAMPLE_TEXT = "The invoice that came on Monday is wrong.";

export function transformersCallExamples(model: ModelToDeploy, place: string, whole: boolean): readonly CodeExample[] {
  const sort = answerTypeOf(model.config);
  if (whole && sort === "embeds")
    return [
      python(
        ["sentence-transformers"],
        [
          "from sentence_transformers import SentenceTransformer",
          "",
          `model = SentenceTransformer(${q(place)})`,
          `print(model.encode([${q(EXAMPLE_TEXT)}]))`,
        ],
      ),
    ];
  const opens = modelLoadingCodeOf(model, sort, whole, q(place));
  const needs = whole ? ["transformers", "torch"] : ["transformers", "torch", "peft"];
  return [
    python(needs, [
      ...["import torch", ...opens.imports, ""],
      `tokenizer = AutoTokenizer.from_pretrained(${q(place)})`,
      `model = ${opens.model}`,
      ...asks(sort, model),
    ]),
  ];
}

function asks(sort: AnswerType, model: ModelToDeploy): readonly string[] {
  const cut = `truncation=True, max_length=${model.maxLength}, return_tensors="pt"`;
  const pair = model.roles.includes("text_pair") ? `, ${q("The bill is wrong.")}` : "";
  const logits = (text: string) => [
    `inputs = tokenizer(${text}, ${cut})`,
    "with torch.no_grad():",
    "    logits = model(**inputs).logits",
  ];
  switch (sort) {
    case "labels":
      return [...logits(`${q(EXAMPLE_TEXT)}${pair}`), ...named(model)];
    case "number":
      return [...logits(`${q(EXAMPLE_TEXT)}${pair}`), "print(logits[0, 0].item())"];
    case "tags":
      return [...logits(q(EXAMPLE_TEXT)), "print([model.config.id2label[i] for i in logits[0].argmax(-1).tolist()])"];
    case "answers":
      return [
        `inputs = tokenizer(${q("What is wrong?")}, ${q(EXAMPLE_TEXT)}, ${cut})`,
        "with torch.no_grad():",
        "    out = model(**inputs)",
        "start, end = out.start_logits.argmax(), out.end_logits.argmax()",
        'print(tokenizer.decode(inputs["input_ids"][0, start : end + 1]))',
      ];
    case "fills":
      return [
        ...logits(`"The invoice is " + tokenizer.mask_token + "."`),
        'place = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero()[0, 0]',
        "print(tokenizer.decode(logits[0, place].argmax()))",
      ];
    case "embeds":
      return [
        `inputs = tokenizer(${q(EXAMPLE_TEXT)}, ${cut})`,
        "with torch.no_grad():",
        "    hidden = model(**inputs).last_hidden_state[0]",
        ...pythonPoolingLines(model),
        "print(vector.tolist())",
      ];
    case "rewrites": {
      const prefix = model.parts.task.call.arguments["prefix"];
      return [
        `inputs = tokenizer(${q((typeof prefix === "string" ? prefix : "") + EXAMPLE_TEXT)}, ${cut})`,
        "print(tokenizer.decode(model.generate(**inputs, do_sample=False, max_new_tokens=32)[0], skip_special_tokens=True))",
      ];
    }
    case "continues":
      return model.roles.includes("messages")
        ? [
            `messages = [{"role": "user", "content": ${q(EXAMPLE_TEXT)}}]`,
            'inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True, return_tensors="pt")',
            ...generated,
          ]
        : [`inputs = tokenizer(${q(EXAMPLE_TEXT)}, return_tensors="pt")`, ...generated];
  }
}
const generated = [
  "out = model.generate(**inputs, do_sample=False, max_new_tokens=32)",
  'print(tokenizer.decode(out[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True))',
];

/** Returns lines that pool a text's vector from the hidden states (`hidden`), as the task does. */
export function pythonPoolingLines({ parts }: ModelToDeploy): readonly string[] {
  const { pooling, normalize } = parts.task.call.arguments;
  const made: Readonly<Record<string, string>> = {
    cls: "hidden[0]",
    last: "hidden[-1]",
    max: "hidden.max(0).values",
  };
  const vector = made[typeof pooling === "string" ? pooling : ""] ?? "hidden.mean(0)";
  return [`vector = ${vector}`, ...(normalize === false ? [] : ["vector = vector / vector.norm()"])];
}

/** Writes out the label names, because config.json of an adapter's base has others. */
function named({ config, labels }: ModelToDeploy): readonly string[] {
  const names = `labels = ${pythonStringList(labels)}`;
  if (config["problem_type"] === "multi_label_classification")
    return [names, "print({label: round(p, 4) for label, p in zip(labels, logits[0].sigmoid().tolist())})"];
  return [names, "print({label: round(p, 4) for label, p in zip(labels, logits[0].softmax(-1).tolist())})"];
}

function python(needs: readonly string[], lines: readonly string[]): CodeExample {
  return { language: "Python", needs, code: lines.join("\n") };
}
