/** Terminal output of a remote client, one line per event. */
import { CodedError, escapeControlCharacters, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { byteSizeText, groupedNumber } from "../../../host/value-text.js";
import type { JoinListeners } from "./joining.js";

/** Milliseconds within which the same refusal is not repeated. */
const AGAIN = 60_000;

/** Maximum agreements printed between two rounds. */
const AGREED = 5;

/** `say`: prints a line; `warn`: prints an error line. */
export function joinListenersPrintingLines(
  url: string,
  { say, warn }: { readonly say: (line: string) => void; readonly warn: (line: string) => void },
): JoinListeners {
  /** A round's line waits for the byte count of its response. */
  let waiting: string | null = null;
  const refusals = new Map<string, number>();
  /** Agreements since the last training: repeated ones are only printed a few times. */
  let agreed = 0;
  const refused = (error: unknown): void => {
    const key = error instanceof CodedError ? error.code : "internal";
    const last = refusals.get(key) ?? Number.NEGATIVE_INFINITY;
    if (performance.now() - last < AGAIN) return;
    refusals.set(key, performance.now());
    warn(linesOf(error));
  };
  return {
    onJoined: (client, pins) =>
      say(
        `joined ${url} as ${client.name}: ${groupedNumber(client.rows)} rows, ${groupedNumber(client.values)} numbers travel; ` +
          `${groupedNumber(pins.rounds)} rounds at most, among ${groupedNumber(pins.clients)} clients at least` +
          (pins.summed ? `; its key is ${Buffer.from(client.key).toString("base64")}` : ""),
      ),
    onForgotten: (done) =>
      say(`resets its state between rounds: its state after round ${String(done)} is not known here`),
    onTrouble: refused,
    onSaid(received, sent) {
      if (waiting !== null) say(`${waiting}; ${byteSizeText(received)} received, ${byteSizeText(sent)} sent`);
      waiting = null;
    },
    guest: {
      onAgreed({ rounds, clients, done }) {
        agreed += 1;
        if (agreed > AGREED) return;
        say(
          `agreed: ${groupedNumber(rounds)} rounds with ${groupedNumber(clients)} clients, on the terms of this program` +
            (done > 0 ? `; ${groupedNumber(done)} rounds are done` : ""),
        );
      },
      onRefused: refused,
      onTrained({ round, rounds }, { rows, loss, epsilon, seconds }) {
        agreed = 0;
        const spent = epsilon === undefined ? "" : `, ε ${epsilon.toPrecision(3)} spent`;
        waiting = `round ${String(round)}/${String(rounds)}: ${groupedNumber(rows)} rows, loss ${loss.toPrecision(4)}${spent}, ${seconds.toFixed(1)} s`;
      },
      onPaused(done, rounds) {
        if (agreed > AGREED) return;
        say(
          `paused, ${groupedNumber(done)} of ${groupedNumber(rounds)} rounds are done; the coordinator may continue, and this client waits`,
        );
      },
      onEvaluated({ round, rounds }, { rows, metrics }) {
        const scores = Object.entries(metrics).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
        waiting = `round ${String(round)}/${String(rounds)}: ${scores.join(", ")} on ${groupedNumber(rows)} rows`;
      },
      onBye() {
        if (agreed <= AGREED) say("the federation is over");
      },
    },
  };
}

function linesOf(error: unknown): string {
  if (!(error instanceof CodedError))
    return escapeControlCharacters(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const { message, help } = textsOfCode(error.code, error.data);
  return [`refused[${error.code}]: ${message}`, ...(help === undefined ? [] : [`help: ${help}`])].join("\n");
}
