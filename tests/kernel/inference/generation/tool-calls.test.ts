/** Tool calls parsed from model output, wherever the stream is split. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { toolCallFormatOf } from "#kernel/inference/generation/tool-calls/format.js";
import { ToolCallStreamParser } from "#kernel/inference/generation/tool-calls/parser.js";

const templates = {
  tagged: "{% if tools %}<tool_call>{% endif %}",
  listed: "{% if tools %}[TOOL_CALLS] [{% endif %}",
  bare: '{% if tools %}{"name": function name, "parameters": dictionary}{% endif %}',
  named: "{% if tools %}[TOOL_CALLS]{{ name }}[ARGS]{{ arguments }}{% endif %}",
  xml: "{% if tools %}<tool_call>\n<function={{ name }}>\n<parameter={{ key }}>{% endif %}",
} as const;
const several = { anyOf: [{ type: "null" }, { type: "string" }] };
const tools = [
  { name: "weather", parameters: { properties: { q: { type: "string" }, n: { enum: ["1", "2"] }, s: several } } },
  { name: "add", parameters: { properties: { a: { type: "integer" }, b: { type: "boolean" } } } },
];
interface Read {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
}

/** Each format has its own id format, and each call's id is reported once. */
function read(form: keyof typeof templates, pieces: readonly string[], begun = false): Read {
  const reader = new ToolCallStreamParser(toolCallFormatOf(templates[form])!, tools, begun);
  let text = "";
  const calls: { name: string; arguments: string; id: string }[] = [];
  for (const part of [...pieces.map((piece) => reader.push(piece)), reader.end()]) {
    text += part.text;
    for (const { index, id, name, arguments: written = "" } of part.calls) {
      if (name === undefined) calls[index]!.arguments += written;
      else {
        assert.equal(index, calls.length);
        assert.match(id ?? "", form === "listed" || form === "named" ? /^[A-Za-z0-9]{9}$/ : /^call_[A-Za-z0-9]{24}$/);
        calls.push({ id: id!, name, arguments: written });
      }
    }
  }
  assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length);
  assert.equal(reader.called, calls.length > 0);
  return { text, calls: calls.map(({ name, arguments: written }) => ({ name, arguments: written })) };
}

const call = (name: string, written: string) => ({ name, arguments: written });
const cases: readonly (readonly [keyof typeof templates, string, Read])[] = [
  ["tagged", "Only words.", { text: "Only words.", calls: [] }],
  [
    "tagged",
    '<tool_call>\n{"name": "add", "arguments": {"a": [1, {"b": "}"}]}}\n</tool_call>',
    { text: "", calls: [call("add", '{"a": [1, {"b": "}"}]}')] },
  ],
  [
    "tagged",
    'Let me see.\n<tool_call>{"arguments": {"q": "a\\"b"}, "name": "weather"}</tool_call>\n<tool_call>\n{"name":"add","arguments":{}}\n</tool_call>\n',
    { text: "Let me see.\n", calls: [call("weather", '{"q": "a\\"b"}'), call("add", "{}")] },
  ],
  ["tagged", '<tool_call>{"name": "add"}</tool_call>and more', { text: "and more", calls: [call("add", "{}")] }],
  [
    "tagged",
    '<tool_call>{"name": "add", "arguments": "{\\"a\\": 1}"}</tool_call>',
    { text: "", calls: [call("add", '{"a": 1}')] },
  ],
  [
    "tagged",
    "<tool_call>\nnothing of the kind</tool_call>",
    { text: "<tool_call>\nnothing of the kind</tool_call>", calls: [] },
  ],
  ["tagged", '<tool_call>{"nam', { text: '<tool_call>{"nam', calls: [] }],
  ["tagged", '<tool_call>{"name": "add", "arguments": {"a": 1', { text: "", calls: [call("add", '{"a": 1')] }],
  ["tagged", "a < b <tool", { text: "a < b <tool", calls: [] }],
  ["tagged", "<<tool_call>{}</tool_call>", { text: "<<tool_call>{}</tool_call>", calls: [] }],
  [
    "listed",
    '[TOOL_CALLS] [{"name": "add", "arguments": {"a": 1}}, {"name": "weather", "arguments": {}, "id": "abc"}]',
    { text: "", calls: [call("add", '{"a": 1}'), call("weather", "{}")] },
  ],
  [
    "listed",
    'Hm. [TOOL_CALLS][{"name":"add","arguments":{"a":[]}}]',
    { text: "Hm. ", calls: [call("add", '{"a":[]}')] },
  ],
  ["listed", "[TOOL_CALLS] nothing", { text: "[TOOL_CALLS] nothing", calls: [] }],
  ["bare", '{"name": "weather", "parameters": {"q": "x"}}', { text: "", calls: [call("weather", '{"q": "x"}')] }],
  [
    "bare",
    '\n<|python_tag|>{"type": "function", "name": "add", "parameters": {"a": 1}}; {"name": "add", "parameters": {}}',
    { text: "\n", calls: [call("add", '{"a": 1}'), call("add", "{}")] },
  ],
  ["bare", '{"name": "Ada", "parameters": 3}', { text: '{"name": "Ada", "parameters": 3}', calls: [] }],
  ["bare", '{"answer": 42}', { text: '{"answer": 42}', calls: [] }],
  ["bare", 'Here: {"name": "add", "parameters": {}}', { text: 'Here: {"name": "add", "parameters": {}}', calls: [] }],
  [
    "named",
    'Hm. [TOOL_CALLS]add[ARGS]{"a": [1, "}"]}[TOOL_CALLS]weather[CALL_ID]abcdefghi[ARGS] {}',
    { text: "Hm. ", calls: [call("add", '{"a": [1, "}"]}'), call("weather", "{}")] },
  ],
  ["named", '[TOOL_CALLS]add[ARGS]{"a": 1', { text: "", calls: [call("add", '{"a": 1')] }],
  ["named", "[TOOL_CALLS]add[ARGS]{}\nand more", { text: "and more", calls: [call("add", "{}")] }],
  ["named", "[TOOL_CALLS]two words[ARGS]{}", { text: "[TOOL_CALLS]two words[ARGS]{}", calls: [] }],
  ["named", "[TOOL_CALLS]add[ARGS]3", { text: "[TOOL_CALLS]add[ARGS]3", calls: [] }],
  ["named", "[TOOL_CALLS]add", { text: "[TOOL_CALLS]add", calls: [] }],
  [
    "xml",
    'So:\n<tool_call>\n<function=weather>\n<parameter=q>\n a <b>\n"x"\n</parameter>\n<parameter=n>\n1\n</parameter>\n</function>\n</tool_call>',
    { text: "So:\n", calls: [call("weather", '{"q": " a <b>\\n\\"x\\"", "n": "1"}')] },
  ],
  [
    "xml",
    "<tool_call><function=add><parameter=a>12</parameter><parameter=b>True</parameter><parameter=more>[1, 2]</parameter></function></tool_call>\n<tool_call>\n<function=weather>\n<parameter=s>\nnull\n</parameter>\n</function>\n</tool_call>",
    { text: "", calls: [call("add", '{"a": 12, "b": true, "more": [1, 2]}'), call("weather", '{"s": null}')] },
  ],
  [
    "xml",
    "<tool_call>\n<function=weather>\n<parameter=s>\n12\n</parameter>\n</tool_call>and more",
    { text: "and more", calls: [call("weather", '{"s": "12"}')] },
  ],
  ["xml", "<tool_call>\n<function=add>\n</function>\n</tool_call>", { text: "", calls: [call("add", "{}")] }],
  [
    "xml",
    "<tool_call>\n<function=add>\n<parameter=a>\nmany\n</parameter>\n<parameter=b>\nno",
    { text: "", calls: [call("add", '{"a": "many"')] },
  ],
  ...(
    [
      ['{"name": "add", "arguments": {"a":1}, "arguments": {"b":2}}', '{"a":1}'],
      ['{"arguments": {"a":1}, "parameters": {"b":2}, "name": "add"}', '{"a":1}'],
      ['{"name": "add", "name": "weather", "arguments": {"b":2}}', '{"b":2}'],
      ['{"name": "add", "arguments": null}', "{}"],
      ['{"name": "add", "arguments": 12 }', "{}"],
      ['{"arguments": [1,2], "name": "add"}', "{}"],
      ['{"name": "add", "arguments": "[1,2]"}', "{}"],
      ['{"name": "add", "arguments": "no JSON"}', "{}"],
    ] as const
  ).map(
    ([text, written]) =>
      ["tagged", `<tool_call>${text}</tool_call>`, { text: "", calls: [call("add", written)] }] as const,
  ),
  ["bare", '{"name":"add" "x"} text', { text: '"x"} text', calls: [call("add", "{}")] }],
  ["tagged", '<tool_call>{"name":"add" x} text', { text: "x} text", calls: [call("add", "{}")] }],
  ["tagged", '<tool_call>{"name":"add"', { text: "", calls: [call("add", "{}")] }],
  [
    "tagged",
    '<tool_call>{"name":"add"}</tool_call>\n \n</tool_calls> <tool_call>{"name":"add"}',
    { text: "\n \n</tool_calls> ", calls: [call("add", "{}"), call("add", "{}")] },
  ],
  ["tagged", '<tool_call>{"name":"add"}\n <tools>', { text: "\n <tools>", calls: [call("add", "{}")] }],
  [
    "xml",
    "<tool_call><function=add>\n<parameter=a>\n1\n<parameter=b>\ntrue\n<parameter=c>\n</function>\n</tool_call> and <b>more</b>",
    { text: " and <b>more</b>", calls: [call("add", '{"a": 1, "b": "true\\n<parameter=c>"}')] },
  ],
  [
    "xml",
    "<tool_call><function=add><parameter=a>1</parameter><parameter=a>2</parameter></function></tool_call>",
    { text: "", calls: [call("add", '{"a": 1}')] },
  ],
  ["xml", "<tool_call><function=add>\n<paramount>", { text: "<paramount>", calls: [call("add", "{}")] }],
  ["xml", "<tool_call><function=add>\n<parameter=a>\n1", { text: "", calls: [call("add", "{}")] }],
  ["xml", "<tool_call>\n<functions>", { text: "<tool_call>\n<functions>", calls: [] }],
  ["xml", '<tool_call>\n{"name": "add"}', { text: '<tool_call>\n{"name": "add"}', calls: [] }],
];

describe("tool call parser", () => {
  for (const [form, text, wanted] of cases)
    it(`parses ${JSON.stringify(text)}, ${form}, with any chunking`, () =>
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }), (sizes) => {
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < text.length; at += sizes[i++ % sizes.length]!)
            pieces.push(text.slice(at, at + sizes[i % sizes.length]!));
          assert.deepEqual(read(form, pieces), wanted);
        }),
        { numRuns: 60 },
      ));
  it("continues a call that the prompt began, tagged or listed", () => {
    assert.deepEqual(read("tagged", ['{"name": "add", "arguments": {"a": 2}}'], true).calls, [call("add", '{"a": 2}')]);
    assert.deepEqual(read("listed", ['[{"name": "add", "arguments": {"a": 2}}]'], true).calls, [
      call("add", '{"a": 2}'),
    ]);
  });
  it("continues a call that the prompt began, named or XML", () => {
    assert.deepEqual(read("named", ['add[ARGS]{"a": 2}'], true).calls, [call("add", '{"a": 2}')]);
    const begun = "<function=add>\n<parameter=a>\n2\n</parameter>\n</function>";
    assert.deepEqual(read("xml", [begun], true).calls, [call("add", '{"a": 2}')]);
  });
  it("emits the name first, then the arguments character by character", () => {
    const reader = new ToolCallStreamParser(toolCallFormatOf(templates.tagged)!, tools, false);
    const parts = Array.from(
      '<tool_call>{"name": "add", "arguments": {"a": 12}}',
      (letter) => reader.push(letter).calls,
    ).flat();
    assert.deepEqual(
      parts.map(({ name, arguments: written }) => name ?? written),
      ["add", "{", '"', "a", '"', ":", " ", "1", "2", "}"],
    );
  });
  for (const [form, before, many, after] of [
    ["tagged", '<tool_call>{"name": "add"}', "\n", "</tool_call>"],
    ["tagged", '<tool_call>{"name": "add", "arguments": "', "x", '"}</tool_call>'],
    ["xml", "<tool_call><function=add>", "\n", "</function></tool_call>"],
    ["xml", "<tool_call><function=add><parameter=c>", ">", "</parameter></function></tool_call>"],
  ] as const)
    it(`takes linear time, ${form}, for ${JSON.stringify(before + many)}…`, () => {
      const since = performance.now();
      assert.equal(read(form, [before, many.repeat(60_000), after]).calls.length, 1);
      assert.ok(performance.now() - since < 1000, `${String(performance.now() - since)} ms`);
    });
  it("takes the format from the chat template", () => {
    for (const [form, source] of Object.entries(templates)) assert.equal(toolCallFormatOf(source)?.form, form);
    assert.equal(toolCallFormatOf("{{ messages }} <tool_call>"), null);
    assert.equal(toolCallFormatOf("{{ tools }} <tool_call><function=f>"), null);
    assert.equal(toolCallFormatOf("{{ tools }} in words of its own"), null);
    assert.equal(toolCallFormatOf('{{ tools }} {\\"name\\": x, \\"parameters\\": y}')?.form, "bare");
  });
});
