/** `tunebook serve FOLDER…`: serves models over HTTP, in the formats of OpenAI, Hugging Face and TEI. */
import { durationUnits } from "#dsl/language/syntax/numbers.js";
import { parsePositiveInteger } from "../positive.js";
import { InvalidArgumentError, Option, type Command } from "commander";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { ENGINE_NAMES } from "#kernel/engines/engine.js";
import type { NamedModelFolder } from "#kernel/features/serve/contract.js";
import type { ServeCommandOptions } from "../serve.js";
import { exitAfterGracePeriod } from "../run-to-completion.js";

interface Options extends ServeCommandOptions {
  readonly hashKey?: true;
  readonly newKey?: string;
}

export function register(program: Command): void {
  const command = program
    .command("serve")
    .description("serve models over HTTP: folders of runs, or deployments (huggingface, onnx)")
    .argument("[folders...]", "folders of models; a model is named like its folder, that of a run as in its notebook");
  where(command);
  limits(command);
  command
    .optionsGroup("Keys, instead of serving:")
    .option("--hash-key", "read keys from standard input, one per line, and print the lines of a key file")
    .option("--new-key <file>", "create a key, add its hash to the file, and print the key")
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
      const { hashApiKeys, createApiKey, serveCommand } = await import("../serve.js");
      if (options.hashKey) process.exitCode = await hashApiKeys();
      else if (options.newKey !== undefined) process.exitCode = createApiKey(options.newKey);
      else {
        if (folders.length + options.name.length === 0)
          throw new CodedError("bad-usage", { message: "it needs a folder to serve", command: "tunebook serve" });
        process.exitCode = await serveCommand(folders, options);
        exitAfterGracePeriod();
      }
    });
}

function where(command: Command): void {
  command
    .optionsGroup("Network and access:")
    .addOption(new Option("--port <port>", "port; 0 chooses a free one").argParser(portNumber).default(8000))
    .option("--host <address>", "address to listen on; addresses other machines can reach need keys", "127.0.0.1")
    .addOption(
      new Option("--api-keys-env <name>", "environment variable with keys, separated by commas").conflicts(
        "apiKeysFile",
      ),
    )
    .option("--api-keys-file <file>", "file with hashes of keys, one per line")
    .option("--insecure", "allow other machines without keys")
    .option("--tls-cert <file>", "use HTTPS with this certificate (PEM)")
    .option("--tls-key <file>", "key of the certificate (PEM)")
    .addOption(
      new Option("--allow-host <name>", "accepted host name behind a proxy; may be given more than once")
        .argParser((name: string, before: readonly string[]) => [...before, name])
        .default([], "this machine's"),
    )
    .addOption(
      new Option("--name <name=folder>", "serve a folder under another name; may be given more than once")
        .argParser(named)
        .default([], "names of the folders"),
    )
    .addOption(
      new Option("--engine <engine>", "engine that computes").choices(["auto", ...ENGINE_NAMES]).default("auto"),
    )
    .addOption(new Option("--threads <n>", "threads of the engine (default: all)").argParser(parsePositiveInteger))
    .option("--log <file>", "append the log (JSON Lines, without texts) to a file (default: standard error)")
    .option("--quiet", "do not log each request")
    .addOption(
      new Option("--grace <time>", "time that running requests have to finish at shutdown")
        .argParser(time)
        .default(30_000, "30s"),
    )
    .addOption(
      new Option("--drain <time>", "at shutdown, time that /ready answers 503 before new requests are refused")
        .argParser(time)
        .default(0, "none"),
    );
}

function limits(command: Command): void {
  const option = (flags: string, words: string, read: (text: string) => number, usual: string): Option =>
    new Option(flags, `${words} (default: ${usual})`).argParser(read);
  command
    .optionsGroup("Limits:")
    .addOption(option("--gather <time>", "maximum wait to fill a batch", time, "2ms"))
    .addOption(
      option("--max-queue <n>", "maximum texts in the queue; further requests get 429", parsePositiveInteger, "1024"),
    )
    .addOption(option("--max-texts <n>", "maximum texts per request", parsePositiveInteger, "256"))
    .addOption(
      option("--max-tokens <n>", "maximum generated tokens per request", parsePositiveInteger, "the free context"),
    )
    .addOption(option("--max-streams <n>", "maximum texts generated at the same time", parsePositiveInteger, "16"))
    .addOption(option("--max-body <size>", "maximum size of a request", bytes, "4MB"))
    .addOption(
      option(
        "--max-memory <size>",
        "maximum memory of all running requests and their responses",
        bytes,
        "an eighth of the machine's",
      ),
    )
    .addOption(option("--max-time <time>", "maximum time of a request", time, "2min"))
    .addOption(
      option("--rate <n>", "maximum requests per minute for each key or address", parsePositiveInteger, "no limit"),
    )
    .option("--no-truncate", "refuse texts that exceed the model's maximum length instead of truncating them");
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
