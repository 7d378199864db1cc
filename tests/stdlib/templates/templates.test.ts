/** Properties of every registered chat template, and what each refuses. */
import assert from "node:assert/strict";
import type { Implementations } from "#dsl/language/types/registry.js";
import type { SpecialTokenTexts, Message, RenderedPiece } from "#stdlib/conversations/kind.js";
import { registry } from "#stdlib/registry.js";
import { contentText } from "#stdlib/conversations/shared/message-text.js";
import { jinjaTemplate } from "#stdlib/templates/shared/jinja-template.js";

const specials: SpecialTokenTexts = { bos: "<s>", eos: "</s>", opening: "<s>", all: ["<s>", "</s>", "<|im_end|>"] };
const short: readonly Message[] = [
  { role: "user", content: "Two and two?" },
  { role: "assistant", content: "Four." },
];
const long: readonly Message[] = [
  ...short,
  { role: "user", content: "Say Four. again" },
  { role: "assistant", content: "Four." },
];
const withSystem: readonly Message[] = [{ role: "system", content: "Be brief." }, ...short];

function textOf(pieces: readonly RenderedPiece[] | { readonly refused: string }): string {
  assert.ok(!("refused" in pieces), "refused" in pieces ? pieces.refused : "");
  return pieces.map(({ text }) => text).join("");
}

describe("chat templates", () => {
  for (const word of registry.ofKind("template")) {
    it(`${word.name}: give complete answers that end with the stop token and follow their prompt`, async () => {
      const template = (await word.load!()) as Implementations["template"];
      for (const turns of word.name === "plain" ? [short] : [short, long]) {
        const pieces = template.render(turns, { specials, addGenerationPrompt: false });
        assert.ok(!("refused" in pieces));
        const answers = pieces.filter(({ answer }) => answer !== undefined);
        const wanted = turns.flatMap(({ role }, i) => (role === "assistant" ? [i] : []));
        assert.deepEqual(
          answers.map(({ answer }) => answer),
          wanted,
        );
        for (const { text, answer } of answers) {
          assert.ok(text.includes(contentText(turns[answer!]!)));
          assert.ok(text.endsWith(template.stop(specials)), text);
        }
        const prompt = textOf(template.render(turns.slice(0, -1), { specials, addGenerationPrompt: true }));
        assert.ok(textOf(pieces).startsWith(prompt), `${textOf(pieces)} does not begin with ${prompt}`);
      }
    });
  }

  it("reject turns that their models never saw", async () => {
    const refusal = async (name: string, turns: readonly Message[]) => {
      const template = (await registry.find("template", name)!.load!()) as Implementations["template"];
      const pieces = template.render(turns, { specials, addGenerationPrompt: false });
      return "refused" in pieces ? pieces.refused : "written";
    };
    assert.match(await refusal("gemma", withSystem), /no place for a system turn/);
    assert.match(await refusal("llama2", [short[0]!, short[0]!]), /turn 2 breaks/);
    assert.match(await refusal("alpaca", [short[1]!]), /turn 1 breaks/);
    assert.match(await refusal("plain", long), /one user turn/);
    assert.equal(await refusal("llama2", withSystem), "written");
  });

  it("put Alpaca's input under its own heading, and elsewhere after the instruction", async () => {
    const turns: readonly Message[] = [{ role: "user", content: "Sum up", context: "A long text" }, short[1]!];
    const written = async (name: string) =>
      textOf(
        ((await registry.find("template", name)!.load!()) as Implementations["template"]).render(turns, {
          specials,
          addGenerationPrompt: false,
        }),
      );
    assert.match(
      await written("alpaca"),
      /paired with an input.*\n\n### Instruction:\nSum up\n\n### Input:\nA long text\n\n### R/s,
    );
    assert.match(await written("chatml"), /user\nSum up\n\nA long text<\|im_end\|>/);
  });

  const own = (source: string, turns = long) =>
    jinjaTemplate(source).render(turns, { specials, addGenerationPrompt: false });
  const bare = (body: string) => `{% for m in messages %}[{{ m.role }}]{{ ${body} }}{% endfor %}`;

  it("locate answers and their stop in a base's own template, with or without generation blocks", () => {
    const answers = (pieces: ReturnType<typeof own>) => {
      assert.ok(!("refused" in pieces), "refused" in pieces ? pieces.refused : "");
      return pieces.flatMap(({ text, answer }) => (answer === undefined ? [] : [`${String(answer)}:${text}`]));
    };
    const whole = ["1:Four.<|im_end|>", "3:Four.<|im_end|>"];
    assert.deepEqual(answers(own(bare("m.content + '<|im_end|>'"))), whole);
    assert.deepEqual(answers(own(bare("m.content|trim + '<|im_end|>\\n'"))), whole);
    assert.deepEqual(answers(own(bare("m.content + ' </s>'"))), ["1:Four. </s>", "3:Four. </s>"]);
    assert.deepEqual(answers(own(bare("m.content"))), ["1:Four.", "3:Four."]);
    const stop = (source: string) => jinjaTemplate(source).stop(specials);
    assert.deepEqual([stop(bare("m.content + '<|im_end|>'")), stop(bare("m.content"))], ["<|im_end|>", "</s>"]);
    const tagged = `{% for m in messages %}{%- if m.role == 'assistant' -%}
  A: {% generation %}{{ m.content }}!{% endgeneration %}
{% else %}Q: {{ m.content }}{% endif %}{% endfor %}`;
    assert.deepEqual(answers(own(tagged)), ["1:Four.!", "3:Four.!"]);
  });

  it("report an error if a base's own template changes answers or raises an exception", () => {
    const refused = (pieces: ReturnType<typeof own>) => ("refused" in pieces ? pieces.refused : "written");
    assert.match(refused(own(bare("m.content[0:3]"), short)), /cannot be found/);
    assert.match(refused(own("{{ raise_exception('no system here') }}")), /no system here/);
    assert.match(refused(own("{% for m in messages %}{{ m.role }}{% endfor %}")), /cannot be found/);
  });

  it("format the date like Python's strftime", () => {
    const text = textOf(
      own("{{ strftime_now('%Y-%m-%d %% %d %b %Y') }}{{ messages[1].content }}{{ messages[3].content }}"),
    );
    assert.match(text, /^20\d\d-\d\d-\d\d % \d\d [A-Z][a-z][a-z] 20\d\dFour\.Four\.$/);
  });
});
