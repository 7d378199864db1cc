/** `tunebook serve FOLDER…`: serves models over HTTP, in the formats of OpenAI, Hugging Face and TEI. */
import { durationUnits } from "#dsl/language/syntax/numbers.js";
import { parsePositiveInteger } from "../positive.js";
import { InvalidArgumentError, Option, type Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { ENGINE_NAMES } from "#kernel/engines/engine.js";
import type { NamedModelFolder } from "#kernel/features/serve/contract.js";
import type { ServeCommandOptions } from "../serve.js";
import { exitSoon } from "../run-to-completion.js";

interface Options extends ServeCommandOptions {
  readonly hashKey?: true;
  readonly newKey?: string;
}

export function register(program: Command): void {
  const command = program
    .command("serve")
    .description("answer over HTTP with models: folders of runs, or what `deploy` wrote (huggingface, onnx)")
    .argument("[folders...]", "a model is called as its folder is; that of a run as in its notebook");
  where(command);
  limits(command);
  command
    .optionsGroup("Keys, instead of serving:")
    .option("--hash-key", "read keys, one a line, and print the lines of a file of keys")
    .option("--new-key <file>", "make a key, add its hash to the file, print the key")
    .addHelpText(
      "after",
      `
Requests go to /v1/chat/completions, /v1/responses, /v1/completions, /v1/embeddings (OpenAI), /predict, /embed, /rerank,
/similarity, /tokenize (TEI), /models/NAME (Hugging Face); /health, /ready, /metrics; /openapi.json says all of it, and / is
a page to try.

SIGTERM and Ctrl-C: no new requests, those under way are answered; a second one ends it at once. SIGHUP: folders, keys and
certificates that changed are read again, and the log's file is opened anew. Exit status: 0,
130 after Ctrl-C, 1 where it can't serve.

  tunebook serve build/router
  tunebook serve --name router=runs/router-20261126-093000-1a2b3c --port 9000
  export KEYS=$(openssl rand -hex 24); tunebook serve build/router --host 0.0.0.0 --api-keys-env KEYS`,
    )
    .action(async (folders: readonly string[], options: Options) => {
      const { hashApiKeys: hashKeys, createApiKey: makeKey, serveCommand } = await import("../serve.js");
      if (options.hashKey) process.exitCode = await hashKeys();
      else if (options.newKey !== undefined) process.exitCode = makeKey(options.newKey);
      else {
        if (folders.length + options.name.length === 0)
          throw new CodedError("bad-usage", { message: "it needs a folder to serve", command: "tunebook serve" });
        process.exitCode = await serveCommand(folders, options);
        exitSoon();
      }
    });
}

function where(command: Command): void {
  command
    .optionsGroup("Where, and for whom:")
    .addOption(new Option("--port <port>", "0: any that is free").argParser(portNumber).default(8000))
    .option("--host <address>", "where it listens; other than this machine needs keys", "127.0.0.1")
    .addOption(
      new Option("--api-keys-env <name>", "an environment variable with keys, parted by commas").conflicts(
        "apiKeysFile",
      ),
    )
    .option("--api-keys-file <file>", "hashes of keys, one a line")
    .option("--insecure", "serve other machines without keys")
    .option("--tls-cert <file>", "speak HTTPS with this certificate (PEM)")
    .option("--tls-key <file>", "its key (PEM)")
    .addOption(
      new Option("--allow-host <name>", "a name by which it is asked, behind a proxy; may be given more than once")
        .argParser((name: string, before: readonly string[]) => [...before, name])
        .default([], "this machine's"),
    )
    .addOption(
      new Option("--name <name=folder>", "serve a folder under another name; may be given more than once")
        .argParser(named)
        .default([], "as folders are called"),
    )
    .addOption(new Option("--engine <engine>", "what computes").choices(["auto", ...ENGINE_NAMES]).default("auto"))
    .addOption(new Option("--threads <n>", "threads of its engine (default: all)").argParser(parsePositiveInteger))
    .option("--log <file>", "add the log, JSON lines, to a file (default: standard error); no text is in it")
    .option("--quiet", "no line in the log for each request")
    .addOption(
      new Option("--grace <time>", "what requests under way have at the end").argParser(time).default(30_000, "30s"),
    )
    .addOption(
      new Option("--drain <time>", "at the end, how long /ready answers 503 before no more requests are taken")
        .argParser(time)
        .default(0, "none"),
    );
}

function limits(command: Command): void {
  const option = (flags: string, words: string, read: (text: string) => number, usual: string): Option =>
    new Option(flags, `${words} (default: ${usual})`).argParser(read);
  command
    .optionsGroup("Limits:")
    .addOption(option("--gather <time>", "longest wait for others to fill a batch", time, "2ms"))
    .addOption(option("--max-queue <n>", "texts that wait; more are answered 429", parsePositiveInteger, "1024"))
    .addOption(option("--max-texts <n>", "texts of one request", parsePositiveInteger, "256"))
    .addOption(
      option(
        "--max-tokens <n>",
        "tokens that one request may ask to be written",
        parsePositiveInteger,
        "what there is room for",
      ),
    )
    .addOption(option("--max-streams <n>", "texts that are written side by side", parsePositiveInteger, "16"))
    .addOption(option("--max-body <size>", "bytes of a request", bytes, "4MB"))
    .addOption(
      option(
        "--max-memory <size>",
        "bytes that requests under way and their answers may hold together",
        bytes,
        "an eighth of the machine's",
      ),
    )
    .addOption(option("--max-time <time>", "longest time of one request", time, "2min"))
    .addOption(
      option("--rate <n>", "requests a minute of one key, or of one address", parsePositiveInteger, "any number"),
    )
    .option("--no-truncate", "refuse texts that are longer than the model reads, in place of cutting them");
}

function named(text: string, before: readonly NamedModelFolder[]): readonly NamedModelFolder[] {
  const separator = text.indexOf("=");
  if (separator < 1 || separator === text.length - 1) throw new InvalidArgumentError("Write NAME=FOLDER.");
  return [...before, { name: text.slice(0, separator), folder: text.slice(separator + 1) }];
}
function portNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535) throw new InvalidArgumentError("It is no port: 0 to 65535.");
  return number;
}

/** Parses a duration to ms. */
function time(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined)
    throw new InvalidArgumentError("It is no time: write `2ms`, `30s`, `5min`.");
  return Number(number) * (durationUnits[unit] ?? 1);
}
const SIZES: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};
function bytes(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*(B|[KMG]i?B)?$/.exec(text) ?? [];
  const size = SIZES[unit];
  if (number === undefined || size === undefined || Number(number) * size < 1)
    throw new InvalidArgumentError("It is no size: write `512KB`, `4MB`.");
  return Math.round(Number(number) * size);
}
