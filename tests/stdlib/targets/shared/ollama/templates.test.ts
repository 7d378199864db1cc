import assert from "node:assert/strict";
import type { Message, ChatTemplateImplementation } from "#stdlib/conversations/kind.js";
import { goTemplateVariablesOf, compileGoTemplate } from "#stdlib/targets/shared/ollama/go-template.js";
import { modelfileText } from "#stdlib/targets/shared/ollama/modelfile.js";
import { recognizeTemplate } from "#stdlib/targets/shared/ollama/template-detection.js";
import { KNOWN_CHAT_TEMPLATES } from "#stdlib/targets/shared/ollama/templates.js";
import { jinjaTemplate } from "#stdlib/templates/shared/jinja-template.js";
import { registry } from "#stdlib/registry.js";
import { modelfileOf } from "./modelfile.js";

const specials = { bos: "<s>", eos: "</s>", opening: "", all: ["<s>", "</s>"] };
const u = (content: string): Message => ({ role: "user", content });
const a = (content: string): Message => ({ role: "assistant", content });
const CONVERSATIONS: readonly (readonly Message[])[] = [
  [u("Why?")],
  [u("One\ntwo"), a("three"), u("four?")],
  [{ role: "system", content: "Be kind." }, u("Hello")],
  [{ role: "system", content: "Be kind." }, u("Hello"), a("Hi."), u("Bye")],
];
type Writes = (turns: readonly Message[]) => string | null;
const by =
  (template: ChatTemplateImplementation): Writes =>
  (turns) => {
    const pieces = template.render(turns, { specials, addGenerationPrompt: true });
    return "refused" in pieces ? null : pieces.map(({ text }) => text).join("");
  };
const told = (writes: Writes, added: boolean) =>
  recognizeTemplate((all) => Promise.resolve(all.map(writes)), { bos: specials.bos, eos: specials.eos, added });

describe("Ollama conversation templates", () => {
  for (const name of ["chatml", "llama3", "gemma", "alpaca", "llama2", "plain"])
    it(`render the same in Go and in Jinja as the template: ${name}`, async () => {
      const word = by((await registry.find("template", name)!.load!()) as ChatTemplateImplementation);
      const found = await told(word, false);
      assert.equal(found?.known.name, name);
      const jinja = by(jinjaTemplate(found.known.jinja!));
      const go = compileGoTemplate(found.go);
      for (const turns of CONVERSATIONS) {
        const want = word(turns);
        if (want === null) continue;
        assert.equal(jinja(turns), want);
        // Go's template contains the beginning-of-text token only where the tokenizer doesn't add it.
        assert.equal(go(goTemplateVariablesOf(turns)).replace(/^<s>/, ""), want.replace(/^<s>/, ""));
      }
    });

  it("are recognized by their output: Mistral, Zephyr, and ChatML with a default system turn", async () => {
    const mistral = `{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}{% elif m['role'] == 'assistant' %}{{ m['content'] + eos_token }}{% else %}{{ raise_exception('no system') }}{% endif %}{% endfor %}`;
    assert.equal((await told(by(jinjaTemplate(mistral)), true))?.known.name, "mistral");
    const zephyr = `{% for m in messages %}{{ '<|' + m['role'] + '|>\\n' + m['content'] + eos_token + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}`;
    assert.equal((await told(by(jinjaTemplate(zephyr)), true))?.known.name, "zephyr");
    const smollm = `{% for m in messages %}{% if loop.first and m['role'] != 'system' %}{{ '<|im_start|>system\\nYou are small.<|im_end|>\\n' }}{% endif %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`;
    const found = await told(by(jinjaTemplate(smollm)), true);
    assert.deepEqual([found?.known.name, found?.system], ["chatml", "You are small."]);
  });

  it("are not guessed: a template that differs by one blank is not recognized", async () => {
    const odd = `{% for m in messages %}{{ '<|im_start|> ' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`;
    assert.equal(await told(by(jinjaTemplate(odd)), true), null);
    assert.equal(await told(() => null, true), null);
  });

  it("are parsed like in Go, and reject invalid Go templates", () => {
    const scope = goTemplateVariablesOf(CONVERSATIONS[3]!);
    assert.equal(
      compileGoTemplate(`a {{- if .System }} {{ .System }}{{ else }}none{{ end -}} b`)(scope),
      "a Be kind.b",
    );
    assert.equal(
      compileGoTemplate(`{{ range $i, $m := .Messages }}{{ $i }}{{ $m.Role }} {{ end }}`)(scope).slice(0, 9),
      "0system 1",
    );
    assert.equal(compileGoTemplate(`{{ if and (eq 1 1) (not .System) }}x{{ else if ne 1 2 }}y{{ end }}`)(scope), "y");
    for (const wrong of [
      "{{ if .System }}x",
      "{{ end }}",
      "{{ .Nothing }}",
      "{{ range .System }}{{ end }}",
      "{{ .System",
    ])
      assert.throws(() => compileGoTemplate(wrong)(scope), wrong);
    for (const { go } of KNOWN_CHAT_TEMPLATES) compileGoTemplate(go);
  });
});

describe("Ollama Modelfiles", () => {
  it("contain all given settings, and only instructions that Ollama knows", () => {
    const said = {
      remarks: ["a remark"],
      from: "helper.gguf",
      template: `{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}`,
      system: "Be kind.\nAlways.",
      stops: ["<|im_end|>", 'a "quoted" one', "\nUser:", "a\\b"],
      parameters: { num_ctx: 2048, temperature: 0 },
    };
    assert.deepEqual(modelfileOf(modelfileText(said)), {
      from: "./helper.gguf",
      template: said.template,
      system: said.system,
      parameters: [
        ["stop", "<|im_end|>"],
        ["stop", 'a "quoted" one'],
        ["stop", "\nUser:"],
        ["stop", "a\\b"],
        ["num_ctx", "2048"],
        ["temperature", "0"],
      ],
    });
    for (const wrong of [
      "TEMPLATE x",
      'FROM ./a.gguf\nTEMPLATE """open',
      "FROM ./a.gguf\nPARAMETER speed 3",
      "FROM a\nRUN x",
    ])
      assert.throws(() => modelfileOf(wrong), wrong);
  });
});
