/** The quickstart's reviews from the notebooks' folder, and the same reviews as questions to a chat model. */
import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { some, type DataSet } from "../dataset.js";

interface Review {
  readonly text: string;
  readonly label: string;
  readonly part: string;
}
const about =
  "product reviews labelled positive or negative (UCI Sentiment Labelled Sentences; notebooks/data/README.md)";
const licence = "CC BY 4.0";

async function reviews(): Promise<readonly Review[]> {
  const file = new URL("../../../../notebooks/data/sentiment.csv", import.meta.url);
  return parse(await readFile(file), { columns: true });
}

export const sentiment: DataSet = {
  name: "sentiment-1",
  about: `987 ${about}`,
  licence,
  rows: reviews,
};

/** Number of reviews per part. */
const ASKED = { train: 200, test: 100 } as const;

export const sentimentChat: DataSet = {
  name: "sentiment-chat-1",
  about: `${String(ASKED.train)} + ${String(ASKED.test)} ${about}, each asked of a chat model as a question with a one-word answer`,
  licence,
  async rows() {
    const all = await reviews();
    return (["train", "test"] as const).flatMap((part) =>
      some(
        all.filter((row) => row.part === part),
        ASKED[part],
        ({ text }) => text,
      ).map(({ text, label }) => ({
        question: `Is this review positive or negative? Answer with one word.\n\n${text}`,
        answer: label,
        part,
      })),
    );
  },
};
