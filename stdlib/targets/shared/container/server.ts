/**
 * The server script of a container: Node's own HTTP, transformers.js, and the notebook's knowledge of how to query the
 * model.
 */
import type { ModelToDeploy } from "../../kind.js";
import { answerTypeOf, type AnswerType } from "../model-type.js";

/** Model settings that its files don't contain. */
interface Settings {
  readonly sort: AnswerType;
  /** Whether it is a multi-label model. */
  readonly several: boolean;
  readonly pooling: string;
  readonly normalize: boolean;
  /** Prefix added to each text before generation. */
  readonly prefix: string;
}

export function serverScriptText(model: ModelToDeploy): string {
  const given = model.parts.task.call.arguments;
  const settings: Settings = {
    sort: answerTypeOf(model.config),
    several: model.config["problem_type"] === "multi_label_classification",
    pooling: typeof given["pooling"] === "string" ? given["pooling"] : "mean",
    normalize: given["normalize"] !== false,
    prefix: typeof given["prefix"] === "string" ? given["prefix"] : "",
  };
  return `${opening(settings)}${READING}${CUTTING}${ASKS[settings.sort]}

${SERVING}`;
}

const opening = (
  settings: Settings,
): string => `// Answers as Hugging Face's endpoints do: POST / {"inputs": …, "parameters": {…}}; GET /health once the model is open.
// The model lies in the folder REPOSITORY (absent: beside this file). Texts are never logged.
import { createServer } from "node:http";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import * as transformers from "@huggingface/transformers";

const settings = ${JSON.stringify(settings)};
const repository = (process.env.REPOSITORY ?? fileURLToPath(new URL(".", import.meta.url))).replace(/\\/+$/, "");
const LARGEST = 1024 * 1024; // bytes of a request
const WAITING = 64; // requests that may wait
const { env, pipeline, AutoTokenizer } = transformers;
env.allowRemoteModels = false;
env.localModelPath = \`\${dirname(repository)}/\`.replace(/\\/+$/, "/");
const name = basename(repository);

`;

/** Source code that parses and validates requests and computes probabilities. */
const READING = `class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}
const texts = (inputs) => {
  const list = Array.isArray(inputs) ? inputs : [inputs];
  const pairs = list.map((one) => (typeof one === "string" ? { text: one } : one));
  if (pairs.length === 0 || !pairs.every((one) => typeof one?.text === "string"))
    throw new Refused(400, "inputs must be a text, a list of texts, or {text, text_pair}");
  const second = pairs.filter((one) => one.text_pair !== undefined && one.text_pair !== null);
  if (!second.every((one) => typeof one.text_pair === "string") || ![0, pairs.length].includes(second.length))
    throw new Refused(400, "text_pair must be a text, and of a list all have one or none");
  return pairs;
};
const exponentials = (row) => row.map((x) => Math.exp(x - Math.max(...row)));
const shares = (row) => {
  const all = exponentials(row);
  const sum = all.reduce((a, b) => a + b, 0);
  return all.map((x) => x / sum);
};

`;

const CUTTING = `// transformers.js cuts a long text at its end, where the last special token stands; the model was trained with that in place.
const cutting = (tokenizer) =>
  new Proxy(tokenizer, {
    apply(own, self, [given, o = {}]) {
      const list = [given].flat();
      const most = own.model_max_length;
      if (!o.truncation || (o.text_pair ?? null) !== null || !list.every((one) => typeof one === "string") || !(most < 1e6))
        return Reflect.apply(own, self, [given, o]);
      const rows = list.map((text) => {
        const [whole, bare] = [true, false].map((add_special_tokens) => own.encode(text, { add_special_tokens }));
        if (whole.length <= most) return whole;
        const before = Math.max(0, whole.findIndex((id, i) => bare.slice(0, 4).every((own, k) => whole[i + k] === own)));
        const after = whole.slice(before + bare.length);
        return [...whole.slice(0, most - after.length), ...after];
      });
      const width = Math.max(...rows.map((row) => row.length));
      const filled = (id, fill) =>
        new transformers.Tensor(
          "int64",
          BigInt64Array.from(rows.flatMap((row) => Array.from({ length: width }, (_, i) => BigInt(i < row.length ? id(row[i]) : fill)))),
          [rows.length, width],
        );
      const types = Object.keys(Reflect.apply(own, self, ["a"])).includes("token_type_ids");
      return {
        input_ids: filled((id) => id, own.pad_token_id ?? 0),
        attention_mask: filled(() => 1, 0),
        ...(types && { token_type_ids: filled(() => 0, 0) }),
      };
    },
  });

`;

/** Source code that serves requests over HTTP, one after the other. */
const SERVING = `const asks = await opened();
let waiting = 0;
let last = Promise.resolve();
function inTurn(work) {
  if (waiting >= WAITING) throw new Refused(503, "too many requests wait");
  waiting++;
  const own = last.then(work).finally(() => waiting--);
  last = own.catch(() => undefined);
  return own;
}

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LARGEST) throw new Refused(413, "the request is too large");
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw new Refused(400, "the request is not JSON");
  }
}

async function answer(request) {
  const [pathname] = request.url.split(/[?#]/);
  if (request.method === "GET" && pathname === "/health") return { status: "ok" };
  if (pathname !== "/") throw new Refused(404, "there is / and /health");
  if (request.method !== "POST") throw new Refused(405, "/ is asked by POST");
  const body = await bodyOf(request);
  if (body === null || typeof body !== "object" || body.inputs === undefined) throw new Refused(400, "inputs is missing");
  return inTurn(() => asks(body.inputs, body.parameters ?? {}));
}

const server = createServer((request, response) => {
  const send = (status, value) => {
    response.writeHead(status, { "content-type": "application/json", ...(status === 413 && { connection: "close" }) });
    response.end(JSON.stringify(value));
  };
  answer(request).then(
    (value) => send(200, value),
    (error) => {
      if (!(error instanceof Refused)) console.error(error.name);
      send(error.status ?? 500, { error: error instanceof Refused ? error.message : "the model could not answer" });
    },
  );
});
server.requestTimeout = 60_000;
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? "127.0.0.1", () => {
  console.log(\`listening on \${server.address().port}\`);
});
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => server.close(() => process.exit(0)));
`;

const classifier = (answerExpression: string): string => `async function opened() {
  const tokenizer = cutting(await AutoTokenizer.from_pretrained(name));
  const model = await transformers.AutoModelForSequenceClassification.from_pretrained(name);
  const { id2label = {} } = model.config;
  return async (inputs, { top_k }) => {
    const asked = texts(inputs);
    const pairs = asked.every((one) => typeof one.text_pair === "string") ? asked.map((one) => one.text_pair) : null;
    const read = tokenizer(asked.map((one) => one.text), { text_pair: pairs, padding: true, truncation: true });
    const { logits } = await model(read);
    const answers = logits.tolist().map((row) => ${answerExpression});
    return Array.isArray(inputs) ? answers : answers[0];
  };
}`;
const piped = (task: string, body: string): string => `async function opened() {
  const ask = await pipeline(${JSON.stringify(task)}, name);
  ask.tokenizer = cutting(ask.tokenizer);
${body}
}`;
const WRITES = `const { max_new_tokens = 64, do_sample = false, temperature } = parameters;
    const how = { max_new_tokens, do_sample, ...(temperature !== undefined && { temperature }) };`;

const ASKS: Readonly<Record<AnswerType, string>> = {
  labels: classifier(
    `(settings.several ? row.map((x) => 1 / (1 + Math.exp(-x))) : shares(row)).map((score, i) => ({ label: id2label[i] ?? \`LABEL_\${i}\`, score })).sort((a, b) => b.score - a.score).slice(0, top_k ?? undefined)`,
  ),
  number: classifier(
    `row.map((score, i) => ({ label: id2label[i] ?? \`LABEL_\${i}\`, score })).slice(0, top_k ?? undefined)`,
  ),
  tags: piped(
    "token-classification",
    `  return async (inputs) => ask(typeof inputs === "string" ? inputs : texts(inputs).map((one) => one.text));`,
  ),
  fills: piped(
    "fill-mask",
    `  return async (inputs, { top_k }) => ask(texts(inputs).map((one) => one.text), { top_k: top_k ?? 5 });`,
  ),
  answers: piped(
    "question-answering",
    `  return async (inputs) => {
    if (typeof inputs?.question !== "string" || typeof inputs?.context !== "string")
      throw new Refused(400, "inputs must be {question, context}");
    return ask(inputs.question, inputs.context);
  };`,
  ),
  embeds: piped(
    "feature-extraction",
    `  return async (inputs) => {
    const asked = texts(inputs).map((one) => one.text);
    const vectors = (await ask(asked, { pooling: settings.pooling, normalize: settings.normalize })).tolist();
    return Array.isArray(inputs) ? vectors : vectors[0];
  };`,
  ),
  continues: piped(
    "text-generation",
    `  return async (inputs, parameters) => {
    ${WRITES}
    const turns = Array.isArray(inputs) && inputs.every((one) => typeof one?.role === "string");
    const [said] = await ask(turns ? inputs : texts(inputs)[0].text, how);
    return [{ generated_text: turns ? said.generated_text.at(-1).content : said.generated_text }];
  };`,
  ),
  rewrites: piped(
    "text2text-generation",
    `  return async (inputs, parameters) => {
    ${WRITES}
    return ask(texts(inputs).map((one) => settings.prefix + one.text), how);
  };`,
  ),
};
