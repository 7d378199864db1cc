/**
 * JSON schemas that clients send: simple ones, ones that are slow to compile, and ones that are slow during generation.
 */
import type { Ask } from "./load.js";

/** Each request has a different schema, so that none is cached. */
export function asksSimple(count: number): readonly Ask[] {
  return asksOf(count, 48, (i) => ({
    type: "object",
    properties: { number: { const: i }, fits: { type: "boolean" } },
    required: ["number", "fits"],
  }));
}
/**
 * `compile`: takes longer than the server's limit for a schema, 5 s; `write`: compiles quickly, but computes allowed
 * tokens slowly.
 */
export function asksHard(count: number, hard: "compile" | "write"): readonly Ask[] {
  return asksOf(count, hard === "write" ? 200 : 48, hard === "write" ? slowToWrite : slowToCompile);
}
function slowToCompile(i: number): object {
  const names = Array.from({ length: 400 }, (_, j) => `p${String(i)}_${String(j)}`);
  const text = { type: "string", pattern: "^[^a]{1,38}[^b]{1,39}[^c]$" };
  return { type: "object", properties: Object.fromEntries(names.map((name) => [name, text])), required: names };
}
function slowToWrite(i: number): object {
  return { type: "string", pattern: `^(.{0,30}.{0,30}.{0,30}.{0,30}.{0,30}x){1,10}${String(i)}$` };
}

export function asksShort(texts: readonly string[]): readonly Ask[] {
  return texts.map((text) => ask({ prompt: text.split(" ").slice(0, 6).join(" "), max_tokens: 8 }));
}
function asksOf(count: number, tokens: number, schema: (i: number) => object): readonly Ask[] {
  return Array.from({ length: count }, (_, i) =>
    ask({
      prompt: "An answer:",
      max_tokens: tokens,
      response_format: { type: "json_schema", json_schema: { name: "answer", schema: schema(i) } },
    }),
  );
}
function ask(body: object): Ask {
  const more = { temperature: 0, stream: true, stream_options: { include_usage: true } };
  return { path: "/v1/completions", body: JSON.stringify({ ...body, ...more }), answered: "text", expected: null };
}
