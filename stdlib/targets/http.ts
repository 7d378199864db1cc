import { defineWord, defineParameter } from "#dsl/language/types/define.js";
import { isLoopback } from "../network/loopback.js";
import { foreignNameAdvice } from "../foreign-names/advice.js";

const most = <const N extends string>(name: N, doc: string, value: number) =>
  defineParameter({
    name,
    doc,
    default: { value },
    range: { min: 1 },
    type: { is: "number", integer: true },
    why: "A limit bounds memory and waiting times.",
    impact: "low",
  });

export const word = defineWord({
  kind: "target",
  name: "http",
  doc: "Serves models over HTTP from the notebook, with the APIs of OpenAI, Hugging Face and TEI, until `await NAME.stop()` or the end of the kernel.",
  example: "deploy router to http(port: 8000) as desk",
  elsewhere: {
    server: "http",
    serve: "http",
    api: "http",
    rest: "http",
    fastapi: "http",
    https: "http",
    openai: "http",
    address: "host",
    bind: "host",
    api_key: "api_keys",
    key: "api_keys",
    keys: "api_keys",
    token: "api_keys",
    tls_cert: "certificate",
    ssl_certfile: "certificate",
    cert: "certificate",
    tls_key: "certificate_key",
    ssl_keyfile: "certificate_key",
    allow_hosts: "hosts",
    timeout: "time",
    max_batch_delay: "gather",
    max_queue: "queue",
    max_body: "body",
    rate_limit: "rate",
    max_streams: "streams",
  },
  advice: foreignNameAdvice([
    ["path folder", "nothing is written: models have their own names, and `as` names the server"],
  ]).advice,
  notes: ["`await desk.stop()`, `await desk.replace(router)`, `desk.url`, `await desk.load()` in a TypeScript cell."],
  parameters: [
    {
      name: "port",
      type: { is: "number", integer: true },
      doc: "The port; 0: any free port.",
      positional: true,
      range: { min: 0, max: 65_535 },
      default: { value: 8000 },
      why: "Clients need a fixed number; 8000 is a common one.",
      impact: "high",
    },
    {
      name: "host",
      type: { is: "string" },
      doc: "The address it listens at; `0.0.0.0` for other machines too.",
      default: { value: "127.0.0.1" },
      why: "Other machines cannot connect unless you say so.",
      impact: "high",
    },
    {
      name: "api_keys",
      type: { is: "word", kind: "secret" },
      env: "KEYS",
      doc: "Keys, one of which each request needs, parted by commas in an environment variable.",
      why: "By default everybody who reaches it could use it.",
      impact: "high",
    },
    {
      name: "insecure",
      type: { is: "boolean" },
      doc: "Other machines may send requests without a key.",
      default: { value: false },
      why: "No server should be open to other machines by mistake.",
      impact: "high",
    },
    {
      name: "certificate",
      type: { is: "string" },
      suggests: { from: "files", endings: [".pem", ".crt"] },
      doc: "Of HTTPS, as PEM.",
      why: "Without it texts and keys can be read on their way.",
      impact: "medium",
    },
    {
      name: "certificate_key",
      type: { is: "string" },
      suggests: { from: "files", endings: [".pem", ".key"] },
      doc: "The certificate's own key, as PEM.",
      why: "It proves that the certificate is this server's.",
      impact: "medium",
    },
    {
      name: "hosts",
      type: { is: "list", of: { is: "string" } },
      doc: "Additional host names of the server, such as a proxy's.",
      why: "Others are refused, so that no other web page can use it through a browser.",
      impact: "low",
    },
    {
      name: "gather",
      type: { is: "number", unit: "duration" },
      doc: "Longest wait for other texts to fill a batch.",
      range: { min: 0 },
      default: { value: 2 },
      why: "Two milliseconds are hardly noticed, and a batch costs little more than one text.",
      impact: "medium",
    },
    most("queue", "Texts that wait; more are refused.", 1024),
    most("texts", "Texts of one request.", 256),
    most("streams", "Texts that are written side by side.", 16),
    {
      name: "max_tokens",
      type: { is: "number", integer: true },
      doc: "Maximum tokens that a request may generate.",
      range: { min: 1 },
      why: "As many as fit by default.",
      impact: "low",
    },
    {
      name: "body",
      type: { is: "number", unit: "bytes" },
      doc: "Maximum bytes of a request.",
      range: { min: 1 },
      default: { value: 4 * 2 ** 20 },
      why: "A limit bounds memory; 4 MiB hold far more text than a model reads.",
      impact: "low",
    },
    {
      name: "time",
      type: { is: "number", unit: "duration" },
      doc: "Maximum time of a request.",
      range: { min: 0, exclusive: true },
      default: { value: 120_000 },
      why: "A request that hangs would block its place.",
      impact: "low",
    },
    {
      name: "rate",
      type: { is: "number", integer: true },
      doc: "Maximum requests per minute of one key, or of one address; 0: no limit. A limit keeps one client from blocking others.",
      range: { min: 0 },
      default: { value: 0 },
      why: "Without a limit no request is refused.",
      impact: "low",
    },
    {
      name: "truncate",
      type: { is: "boolean" },
      doc: "Texts longer than the model reads are truncated, and the response says so; `false`: they are refused.",
      default: { value: true },
      why: "Training cuts long texts, too.",
      impact: "low",
    },
  ],
  capabilities: {
    runtime: null,
    readBy: ["OpenAI's clients", "Hugging Face's clients", "LangChain", "the AI SDK"],
    server: ({ arguments: { host, port, api_keys, certificate, certificate_key, hosts, ...given } }) => {
      const { gather, queue, texts, streams, body, time, rate, truncate, max_tokens } = given;
      return {
        host,
        port,
        keys: api_keys ? String(api_keys.arguments["env"]) : null,
        hosts: hosts ?? [],
        tls:
          certificate !== undefined && certificate_key !== undefined
            ? { cert: certificate, key: certificate_key }
            : null,
        limits: {
          gather,
          queue,
          texts,
          streams,
          body,
          time,
          rate,
          truncate,
          ...(max_tokens !== undefined && { maxTokens: max_tokens }),
        },
      };
    },
  },
  check({ arguments: { host, api_keys, insecure, certificate, certificate_key } }, context) {
    if (typeof host === "string" && !isLoopback(host) && !api_keys && !insecure)
      context.report("unguarded", { host, where: "program" }, "host");
    if ((certificate === undefined) !== (certificate_key === undefined))
      context.report("half-tls", { lacks: certificate === undefined ? "certificate" : "certificate_key" });
  },
});
