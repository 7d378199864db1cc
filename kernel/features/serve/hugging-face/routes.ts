/** Hugging Face's inference: one route with a request and response format per task. */
import type { FastifyInstance } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { PredictionInput } from "../../../data/encoding/encoded.js";
import type { PredictionForText, ServedModel } from "../contract.js";
import { embedTexts, checkTextCount, predictTexts, type RouteContext } from "../http/route-context.js";
import { labelScoresOf, rawScoresOf } from "../http/label-scores.js";
import { jsonSchemaOf } from "../http/schema.js";
import { textSimilarities } from "../tei/routes.js";
import { inputsMismatchError, type TaskRequestContext } from "./task-context.js";
import {
  huggingFaceRequestSchema,
  type RequestBody,
  type SimilarityInput,
  type PairInput,
  type QuestionInput,
  type Parameters,
} from "./request-schemas.js";
import { generateText } from "./text-generation.js";

/** Tags of words in the format of Hugging Face's `token-classification`: entities with their positions in the text. */
interface Word {
  readonly token: string;
  readonly tag: string;
  readonly probability: number;
}
interface Entity {
  readonly type: string;
  /** Word indices from 0; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/**
 * Positions are in code points, as in Python. The words of an entity are one group; with `none` each word is separate.
 */
export function entitiesIn(
  { prediction }: PredictionForText,
  text: string,
  { aggregation_strategy: strategy, ignore_labels: ignored }: Parameters,
): readonly unknown[] {
  const words = prediction["tokens"] as readonly Word[];
  const places = placesOf(text);
  const skipped = new Set(ignored ?? ["O"]);
  if (strategy === "none")
    return words.flatMap(({ token, tag, probability }, index) =>
      skipped.has(tag) ? [] : [{ entity: tag, score: probability, index, word: token, ...places[index] }],
    );
  return (prediction["entities"] as readonly Entity[])
    .filter(({ type }) => !skipped.has(type))
    .map(({ type, start, end }) => {
      const entityWords = words.slice(start, end);
      const [first, last] = [places[start], places[end - 1]];
      return {
        entity_group: type,
        score: entityWords.reduce((sum, { probability }) => sum + probability, 0) / entityWords.length,
        word: entityWords.map(({ token }) => token).join(" "),
        start: first?.start ?? 0,
        end: last?.end ?? 0,
      };
    });
}

/** Positions of the words separated by white space. */
function placesOf(text: string): readonly { readonly start: number; readonly end: number }[] {
  let [units, points] = [0, 0];
  return [...text.matchAll(/\S+/gu)].map(({ index, 0: word }) => {
    points += [...text.slice(units, index)].length;
    const start = points;
    points += [...word].length;
    units = index + word.length;
    return { start, end: points };
  });
}

const config = { dialect: "hugging-face" } as const;
const tags = ["Hugging Face"];

export function huggingFaceRoutes(app: FastifyInstance, context: RouteContext): void {
  const body = jsonSchemaOf(huggingFaceRequestSchema);
  const schema = { tags, summary: "The output of the model's task", body };
  // Hugging Face's client uses the last two for vectors.
  for (const url of ["/", "/models/:model", "/models/:model/pipeline/:task", "/pipeline/:task"])
    app.post<{ Body: RequestBody; Params: { model?: string } }>(
      url,
      { config, schema: { ...schema, hide: url.includes(":task") } },
      (request, reply) => {
        const model = request.call.hold(context.models, request.params.model ?? request.body.model);
        return answer({ context, request, reply, model, body: request.body });
      },
    );
}

function answer(asking: TaskRequestContext): Promise<unknown> {
  return tasks[asking.model.sort](asking);
}

const tasks: { readonly [S in ServedModel["sort"]]: (asking: TaskRequestContext) => Promise<unknown> } = {
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
  embeds,
  continues: generateText,
  rewrites: generateText,
};

interface Inputs {
  readonly texts: readonly PredictionInput[];
  readonly single: boolean;
}

/** A text or texts; pairs for a model that reads pairs. */
function textsIn({ body: { inputs }, model }: TaskRequestContext): Inputs {
  const all = Array.isArray(inputs) ? inputs : [inputs];
  const texts = all.map((one): PredictionInput => {
    if (typeof one === "string") return one;
    if (!("text" in one)) throw inputsMismatchError("a text or a list of texts");
    const { text, text_pair: second } = one as PairInput;
    return second === undefined || second === null ? text : [text, second];
  });
  if (model.pairs && model.sort !== "embeds" && texts.some((text) => typeof text === "string"))
    throw inputsMismatchError("{ text, text_pair } or a list of them: this model reads pairs");
  return { texts, single: !Array.isArray(inputs) };
}

function questionsIn({ body: { inputs } }: TaskRequestContext): Inputs {
  const all = Array.isArray(inputs) ? inputs : [inputs];
  const texts = all.map((one): PredictionInput => {
    if (typeof one === "string" || !("question" in one))
      throw inputsMismatchError("{ question, context } or a list of them");
    const { question, context } = one as QuestionInput;
    return [question, context];
  });
  return { texts, single: !Array.isArray(inputs) };
}

const truncates = ({ body }: TaskRequestContext): boolean | null | undefined => {
  const requested = body.truncate ?? body.parameters?.truncate;
  return typeof requested === "number" ? true : requested;
};

async function predictedOf(
  asking: TaskRequestContext,
  { texts, single }: Inputs,
): Promise<{
  readonly all: readonly { readonly answer: PredictionForText; readonly text: PredictionInput }[];
  readonly single: boolean;
}> {
  const { context, request, reply, model } = asking;
  checkTextCount("inputs", texts.length, context.limits);
  const answers = await predictTexts(context, request, reply, { model, texts, truncate: truncates(asking) });
  return { all: answers.map((answer, i) => ({ answer, text: texts[i] ?? "" })), single };
}

/** A list of lists even for one text, as clients expect. */
async function classified(asking: TaskRequestContext): Promise<unknown> {
  const { model, body } = asking;
  const { all } = await predictedOf(asking, textsIn(asking));
  const { top_k: most, function_to_apply: apply } = body.parameters ?? {};
  const usualFunction = model.several ? "sigmoid" : "softmax";
  if (apply !== null && apply !== undefined && apply !== usualFunction && apply !== "none")
    throw new CodedError("request-not-offered", {
      at: "parameters.function_to_apply",
      why: `of this model is ${usualFunction}`,
      help: `remove it, or write "none" for logarithms`,
    });
  return all.map(({ answer }) => {
    const scores = labelScoresOf(answer, model);
    return (apply === "none" ? rawScoresOf(scores, model) : scores).slice(0, most ?? undefined);
  });
}

async function embeds(asking: TaskRequestContext): Promise<unknown> {
  const { context, request, reply, model, body } = asking;
  const { inputs } = body;
  const truncate = truncates(asking);
  if (typeof inputs === "object" && "sentences" in inputs) {
    const { source_sentence: source, sentences: others } = inputs as SimilarityInput;
    return textSimilarities(context, request, reply, { model, source, others, field: "inputs.sentences", truncate });
  }
  const { texts, single } = textsIn(asking);
  const whole = texts.filter((text) => typeof text === "string");
  if (whole.length < texts.length)
    throw inputsMismatchError("a text, a list of texts, or { source_sentence, sentences }");
  checkTextCount("inputs", texts.length, context.limits);
  const normalize = body.normalize ?? body.parameters?.normalize ?? null;
  const answers = await embedTexts(context, request, reply, { model, texts: whole, truncate, normalize });
  const vectors = answers.map(({ vector }) => Array.from(vector));
  return single ? vectors[0] : vectors;
}

/** A filled mask in the format of Hugging Face's `fill-mask`. */
interface Candidate {
  readonly token: string;
  readonly probability: number;
}

/** One list for a single mask; for several a list of lists, in which the other masks remain. */
async function fillsIn(
  { prediction }: PredictionForText,
  text: string,
  asking: TaskRequestContext,
): Promise<readonly unknown[]> {
  const { request, model, body } = asking;
  const gaps = prediction["candidates"] as readonly (readonly Candidate[])[];
  const most = body.parameters?.top_k ?? undefined;
  const sign = /\[MASK\]|<mask>/.exec(text)?.[0] ?? null;
  const all = await Promise.all(
    gaps.map(async (candidates, gap) => {
      const likeliest = candidates.slice(0, most);
      const ids = await request.call.within(
        model.tokenize(
          likeliest.map(({ token }) => token),
          { specials: false, signal: request.call.signal },
        ),
      );
      return likeliest.map(({ token, probability }, i) => ({
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
