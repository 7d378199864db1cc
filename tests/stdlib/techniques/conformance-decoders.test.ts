/** Families that write; encoders are in conformance.test.ts. */
import { registry } from "#stdlib/registry.js";
import { frozen, keeps, type Calls } from "./conformance.js";
import { baseShapes, calls, subjects } from "./subjects.js";

const all: Calls = async (subject) => calls(subject.word, await baseShapes(subject));
const list = (await subjects()).filter(({ family }) => family.shape !== "encoder");

describe("techniques: what each of them must keep on every family that writes", () => {
  for (const subject of list)
    describe(subject.word.name, () => {
      it("full, with `freeze`, leaves alone what is frozen", () => frozen(subject));
      keeps(subject, all, registry);
    });
});
