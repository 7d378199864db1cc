/** Texts of a row that are encoded separately: `text`, `text_pair` and, where the data have it, `negative`. */
import type { TokenTexts } from "../../sequences/token-rows.js";
import { sourceRows, targetsOf } from "./columns.js";
import type { RowEncoder } from "./row-encoder.js";
import { cutSeparately } from "./separate-texts.js";
import { singleText } from "./single-text.js";

export const pairEncoding: RowEncoder = {
  ...singleText,
  async encodeSplit(rows, e) {
    const roles = ["text", "text_pair", "negative"].filter((role) => rows.column(role));
    const texts: TokenTexts[] = [];
    for (const role of roles) texts.push(await rows.texts({ role }));
    const encoded = cutSeparately(texts, e);
    const [first, second] = ["text", "text_pair"].map((role) => rows.column(role));
    const text = (row: number): string => `${String(first?.at(row))} | ${String(second?.at(row))}`;
    return { ...sourceRows(rows, "text"), text, ...encoded, taught: targetsOf(rows, encoded.asked, e) };
  },
};
