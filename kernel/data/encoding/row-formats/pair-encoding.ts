/** Encodes the texts of a row separately: `text`, `text_pair` and, if the data have it, `negative`. */
import type { TokenizedTexts } from "../../sequences/token-rows.js";
import { sourceTextsOf, trainingTargetsOf } from "./columns.js";
import type { RowEncoder } from "./row-encoder.js";
import { encodeSeparateTexts } from "./separate-texts.js";
import { singleTextEncoder } from "./single-text.js";

export const pairEncodingEncoder: RowEncoder = {
  ...singleTextEncoder,
  async encodeSplit(rows, e) {
    const roles = ["text", "text_pair", "negative"].filter((role) => rows.column(role));
    const texts: TokenizedTexts[] = [];
    for (const role of roles) texts.push(await rows.texts({ role }));
    const encoded = encodeSeparateTexts(texts, e);
    const [first, second] = ["text", "text_pair"].map((role) => rows.column(role));
    const text = (row: number): string => `${String(first?.at(row))} | ${String(second?.at(row))}`;
    return { ...sourceTextsOf(rows, "text"), text, ...encoded, taught: trainingTargetsOf(rows, encoded.taskInputs, e) };
  },
};
