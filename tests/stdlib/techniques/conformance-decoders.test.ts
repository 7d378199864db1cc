/** Decoder families; encoders are in conformance.test.ts. */
import { registry } from "#stdlib/registry.js";
import { frozen, keeps, type Calls } from "./conformance.js";
import { baseShapes, calls, subjects } from "./subjects.js";

const all: Calls = async (subject) => calls(subject.word, await baseShapes(subject));
const list = (await subjects()).filter(({ family }) => family.shape !== "encoder");

describe("techniques on every generative model family", () => {
  for (const subject of list)
    describe(subject.word.name, () => {
      it("full with `freeze`: leaves frozen weights unchanged", () => frozen(subject));
      keeps(subject, all, registry);
    });
});
