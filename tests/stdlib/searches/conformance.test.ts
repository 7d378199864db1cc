/** Every built word of the kind `search`, called as in its own example. */
import assert from "node:assert/strict";
import { parseValue, fillValueDefaults } from "#dsl/compiler/statement/value.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { conformance, type Suggest } from "./conformance.js";

const words = registry.ofKind("search").filter(({ planned }) => !planned);
const parameter = registry.find("verb", "sweep")!.parameters.find(({ name }) => name === "search")!;

async function suggesting(example: string): Promise<Suggest> {
  const read = parseValue(example.replace(/^search: /, ""), parameter, registry);
  const call = fillValueDefaults(read.value!, parameter, registry).value as Call;
  const search = await implementationOf(registry, "search", call.word);
  return (study, number) => search.suggest(call, study, number);
}

describe("search algorithms", function () {
  this.timeout(120_000);

  it("are registered", () => {
    assert.ok(words.length >= 4);
  });

  for (const { name, example, capabilities } of words)
    describe(name, () => {
      let [own, chance]: [Suggest, Suggest] = [() => null, () => null];
      before(async () => {
        [own, chance] = [await suggesting(example), await suggesting("random")];
      });
      conformance({
        suggest: (study, number) => own(study, number),
        random: (study, number) => chance(study, number),
        ends: capabilities?.isExhaustive === true,
      });
    });
});
