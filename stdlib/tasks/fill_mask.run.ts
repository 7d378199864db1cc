/** The family's own masked-language-model head. In training it computes only the masked positions. */
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { AnswerDecoder, PredictedRows, TaskImplementation, TokenizerVocabularyFacts } from "./kind.js";
import { singleText } from "../row-formats/single-text.js";
import { missingMaskedLmHeadError } from "./shared/refusals.js";
import { targetInputs } from "./shared/feeds.js";
import { maskTokens, maskedShare, type MaskingOptions } from "./shared/masking.js";
import { percentText, softmaxInto } from "../statistics/probabilities.js";
import { word } from "./fill_mask.js";

export interface MaskCandidate {
  readonly token: string;
  readonly probability: number;
}
export interface MaskPrediction {
  readonly text: string;
  /** The text with the most likely token in each gap. */
  readonly filled: string;
  /** Candidates per gap, the most likely first. */
  readonly candidates: readonly (readonly MaskCandidate[])[];
}

/** Returns the positions of the masked tokens. */
function gapsIn(rows: PredictedRows, row: number): Int32Array {
  const { mask } = rows.tokenizer;
  const ids = rows.ids(row);
  return Int32Array.from(Array.from(ids, (_, place) => place).filter((place) => ids[place] === mask));
}

const answers: AnswerDecoder<never, MaskPrediction> = {
  places: gapsIn,
  predictions(outputs, texts, rows) {
    const { tokenizer, call } = rows;
    const { mask } = tokenizer;
    return outputs.map((logits, i) => {
      const gaps = gapsIn(rows, i).length;
      const sign = mask === null ? "" : tokenizer.tokens(Int32Array.of(mask))[0]!;
      if (gaps === 0) throw new CodedError("not-masked", { text: clipped(texts[i]!), mask: sign });
      const size = logits.length / gaps;
      const candidates = Array.from({ length: gaps }, (_, gap) =>
        likeliest(
          logits.subarray(gap * size, (gap + 1) * size),
          argumentsWithDefaults(word, call).candidates,
          tokenizer,
        ),
      );
      let gap = 0;
      const filled = texts[i]!.replaceAll(sign, (whole) => candidates[gap++]?.[0]?.token ?? whole);
      return { text: texts[i]!, filled, candidates };
    });
  },
  columns: ["filled", "candidates"],
  cells: ({ filled, candidates }) => [
    filled,
    candidates
      .map((gap) => gap.map(({ token, probability }) => `${token} ${percentText(probability)}`).join(", "))
      .join(" | "),
  ],
};

const clipped = (text: string): string => (text.length > 80 ? `${text.slice(0, 79).trimEnd()}…` : text);

function likeliest(logits: Float32Array, most: number, tokenizer: TokenizerVocabularyFacts): readonly MaskCandidate[] {
  const shares = new Float32Array(logits.length);
  softmaxInto(logits, shares);
  const best = Uint32Array.from(shares, (_, id) => id)
    .sort((a, b) => shares[b]! - shares[a]! || a - b)
    .subarray(0, most);
  const names = tokenizer.tokens(Int32Array.from(best));
  // Removes the prefixes of subwords (WordPiece, byte-level BPE, SentencePiece).
  return Array.from(best, (id, i) => ({ token: names[i]!.replace(/^(##|Ġ|▁)/u, ""), probability: shares[id]! }));
}

export const fillMask: TaskImplementation = {
  supervision: {
    rowFormat: singleText,
    inputs: () => ({ targets: { dtype: "i32", shape: ["targets"] }, labels: { dtype: "i32", shape: ["targets"] } }),
    teach(rows) {
      const { mask, vocabulary, special } = rows.tokenizer;
      if (mask === null) throw new CodedError("no-mask-token", { model: rows.model });
      const masking: MaskingOptions = { share: maskedShare(rows.call.arguments["share"]), mask, vocabulary, special };
      const places = (row: number, options: { readonly seed: number; readonly epoch: number }): number =>
        maskTokens(rows.ids(row), row, options, masking).places.length;
      return {
        counts: ({ rows: members, ...options }) =>
          Array.from(members).reduce((sum, row) => sum + places(row, options), 0),
        places,
        feeds({ rows: members, width, ...options }, input_ids) {
          const [targets, labels]: [number[], number[]] = [[], []];
          Array.from(members).forEach((row, index) => {
            const ids = rows.ids(row);
            const { places, fed } = maskTokens(ids, row, options, masking);
            places.forEach((place, i) => {
              input_ids[index * width + place] = fed[i]!;
              targets.push(index * width + place);
              labels.push(ids[place]!);
            });
          });
          return targetInputs(targets, labels);
        },
      };
    },
  },
  headPaths: "unmask",
  pooled: false,
  head(layers, body, options) {
    const head = body.unmask?.(layers);
    if (!head) throw missingMaskedLmHeadError(options.call.word);
    const { weight, bias } = head;
    const taken = (targets: Parameters<typeof body.last_hidden_state.takeRows>[0] | undefined) =>
      head.transform(targets ? body.last_hidden_state.takeRows(targets) : body.last_hidden_state);
    return {
      logits: (targets) => taken(targets).linear(weight, bias),
      loss: ({ labels, targets, each }, reduction) =>
        taken(targets).headLoss(weight, labels, { reduction, bias, ...(each && { each }) }),
    };
  },
  answers: answers as AnswerDecoder,
};
