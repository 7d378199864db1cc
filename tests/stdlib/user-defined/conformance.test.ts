import { makeSessionVocabulary } from "#stdlib/user-defined/vocabulary.js";
import { keeps } from "#tests/stdlib/techniques/conformance.js";
import { call, subjects } from "#tests/stdlib/techniques/subjects.js";
import { scaleShift } from "./scale-shift.js";

const vocabulary = makeSessionVocabulary();
const own = vocabulary.define("technique", scaleShift);
await vocabulary.ready();
const one = { ...call("technique", own.name, { targets: ["feed_forward"] }), definition: own.definition! };

const list = await subjects();

describe("user-defined technique on every model family", () => {
  for (const subject of list)
    describe(subject.word.name, () => keeps(subject, () => Promise.resolve([one]), vocabulary.registry));
});
