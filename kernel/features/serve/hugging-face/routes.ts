/** Hugging Face's inference: one route, of which each task reads and answers in its own shape. */
import type { FastifyInstance } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Asked } from "../../../data/encoding/encoded.js";
import type { Answered, ServedModel } from "../contract.js";
import { embedded, fewEnough, predicted, type RouteContext } from "../http/route-context.js";
import { scoresIn, rawOf } from "../http/label-scores.js";
import { jsonSchemaOf } from "../http/schema.js";
import { similarities } from "../tei/routes.js";
import { unlike, type Asking } from "./task-context.js";
import { entitiesIn } from "./entities.js";

import { asks, type Asks, type Likened, type Pair, type Question } from "./request-schemas.js";
import { writeOn } from "./text-generation.js";

const config = { dialect: "hugging-face" } as const;
const tags = ["Hugging Face"];

export function huggingFaceRoutes(app: FastifyInstance, context: RouteContext): void {
  const body = jsonSchemaOf(asks);
  const schema = { tags, summary: "What the model's task answers", body };
  // The client of Hugging Face's asks the last two for vectors.
  for (const url of ["/", "/models/:model", "/models/:model/pipeline/:task", "/pipeline/:task"])
    app.post<{ Body: Asks; Params: { model?: string } }>(
      url,
      { config, schema: { ...schema, hide: url.includes(":task") } },
      (request, reply) => {
        const model = request.call.hold(context.models, request.params.model ?? request.body.model);
        return answer({ context: context, request, reply, model, body: request.body });
      },
    );
}

function answer(asking: Asking): Promise<unknown> {
  return tasks[asking.model.sort](asking);
}

const tasks: { readonly [S in ServedModel["sort"]]: (asking: Asking) => Promise<unknown> } = {
  labels: classified,
  number: classified,
  tags: async (asking) => {
    const { all, single } = await predictedOf(asking, textsIn(asking));
    const found = all.map(({ answer, text }) => entitiesIn(answer, String(text), asking.body.parameters ?? {}));
    return single ? (found[0] ?? []) : found;
  },
  answers: async (asking) => {
    const { all, single } = await predictedOf(asking, questionsIn(asking));
    const found = all.map(({ answer: { prediction: p } }) => ({
      answer: p["answer"],
      score: p["probability"],
      start: p["start"],
      end: p["end"],
    }));
    return single ? found[0] : found;
  },
  fills: async (asking) => {
    const { all, single } = await predictedOf(asking, textsIn(asking));
    const found = await Promise.all(all.map(({ answer, text }) => fillsIn(answer, String(text), asking)));
    return single ? (found[0] ?? []) : found;
  },
  embeds: embeds,
  continues: writeOn,
  rewrites: writeOn,
};

interface Inputs {
  readonly texts: readonly Asked[];
  readonly single: boolean;
}

/** A text or texts; of a model whose answers are of pairs, those. */
function textsIn({ body: { inputs }, model }: Asking): Inputs {
  const all = Array.isArray(inputs) ? inputs : [inputs];
  const texts = all.map((one): Asked => {
    if (typeof one === "string") return one;
    if (!("text" in one)) throw unlike("a text or a list of texts");
    const { text, text_pair: second } = one as Pair;
    return second === undefined || second === null ? text : [text, second];
  });
  if (model.pairs && model.sort !== "embeds" && texts.some((text) => typeof text === "string"))
    throw unlike("{ text, text_pair } or a list of them: this model reads pairs");
  return { texts, single: !Array.isArray(inputs) };
}

function questionsIn({ body: { inputs } }: Asking): Inputs {
  const all = Array.isArray(inputs) ? inputs : [inputs];
  const texts = all.map((one): Asked => {
    if (typeof one === "string" || !("question" in one)) throw unlike("{ question, context } or a list of them");
    const { question, context } = one as Question;
    return [question, context];
  });
  return { texts, single: !Array.isArray(inputs) };
}

const truncates = ({ body }: Asking): boolean | null | undefined => {
  const said = body.truncate ?? body.parameters?.truncate;
  return typeof said === "number" ? true : said;
};

async function predictedOf(
  asking: Asking,
  { texts, single }: Inputs,
): Promise<{ readonly all: readonly { readonly answer: Answered; readonly text: Asked }[]; readonly single: boolean }> {
  const { context, request, reply, model } = asking;
  fewEnough("inputs", texts.length, context.limits);
  const answers = await predicted(context, request, reply, { model, texts, truncate: truncates(asking) });
  return { all: answers.map((answer, i) => ({ answer, text: texts[i] ?? "" })), single };
}

/** A list of lists, also of one text: so clients read it. */
async function classified(asking: Asking): Promise<unknown> {
  const { model, body } = asking;
  const { all } = await predictedOf(asking, textsIn(asking));
  const { top_k: most, function_to_apply: apply } = body.parameters ?? {};
  const own = model.several ? "sigmoid" : "softmax";
  if (apply !== null && apply !== undefined && apply !== own && apply !== "none")
    throw new CodedError("request-not-offered", {
      at: "parameters.function_to_apply",
      why: `of this model is ${own}`,
      help: `leave it out, or write "none" for logarithms`,
    });
  return all.map(({ answer }) => {
    const scores = scoresIn(answer, model);
    return (apply === "none" ? rawOf(scores, model) : scores).slice(0, most ?? undefined);
  });
}

async function embeds(asking: Asking): Promise<unknown> {
  const { context, request, reply, model, body } = asking;
  const { inputs } = body;
  const truncate = truncates(asking);
  if (typeof inputs === "object" && "sentences" in inputs) {
    const { source_sentence: source, sentences: others } = inputs as Likened;
    return similarities(context, request, reply, { model, source, others, at: "inputs.sentences", truncate });
  }
  const { texts, single } = textsIn(asking);
  const whole = texts.filter((text) => typeof text === "string");
  if (whole.length < texts.length) throw unlike("a text, a list of texts, or { source_sentence, sentences }");
  fewEnough("inputs", texts.length, context.limits);
  const normalize = body.normalize ?? body.parameters?.normalize ?? null;
  const answers = await embedded(context, request, reply, { model, texts: whole, truncate, normalize });
  const vectors = answers.map(({ vector }) => Array.from(vector));
  return single ? vectors[0] : vectors;
}

/** Words in gaps as Hugging Face's `fill-mask` tells them. */
interface Candidate {
  readonly token: string;
  readonly probability: number;
}

/** Of one gap a list; of several a list of each, in which the other gaps stay. */
async function fillsIn({ prediction }: Answered, text: string, asking: Asking): Promise<readonly unknown[]> {
  const { request, model, body } = asking;
  const gaps = prediction["candidates"] as readonly (readonly Candidate[])[];
  const most = body.parameters?.top_k ?? undefined;
  const sign = /\[MASK\]|<mask>/.exec(text)?.[0] ?? null;
  const all = await Promise.all(
    gaps.map(async (candidates, gap) => {
      const told = candidates.slice(0, most);
      const ids = await request.call.within(
        model.tokenize(
          told.map(({ token }) => token),
          { specials: false, signal: request.call.signal },
        ),
      );
      return told.map(({ token, probability }, i) => ({
        score: probability,
        token: ids?.[i]?.[0]?.id ?? -1,
        token_str: token,
        sequence: sign === null ? String(prediction["filled"]) : withGap(text, sign, gap, token),
      }));
    }),
  );
  return all.length === 1 ? (all[0] ?? []) : all;
}

function withGap(text: string, sign: string, gap: number, token: string): string {
  let next = 0;
  return text.replaceAll(sign, (whole) => (next++ === gap ? token : whole));
}
