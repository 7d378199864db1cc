/** Tables of a federation: its rounds, and each client's final result. */
import type { DisplayOutput } from "../html.js";
import { tableView } from "../table.js";
import { byteSizeText, clip, groupedNumber, oneLine, plural, printable } from "../../host/value-text.js";
import {
  formatFourDecimals,
  isFiniteNumber,
  scoringDataText,
  scoreSpreadOf,
  type ClientViewData,
  type FederationViewData,
  type RoundViewData,
} from "./view.js";

/** Maximum displayed rounds: the first `FIRST`, and the last ones. */
const ROUNDS = 30;
const FIRST = 3;
const CLIENTS = 20;

export function roundsView(options: FederationViewData, id?: string): DisplayOutput {
  const scored = options.metric !== null && options.rounds.some(({ score }) => isFiniteNumber(score));
  const spread = options.rounds.some(({ scores }) => Object.keys(scores).length > 0);
  const personal = options.rounds.some((round) => round.personal !== undefined);
  const lost = options.rounds.some((round) => round.lost.length > 0);
  const columns = [
    ...["round", "clients", "loss"],
    ...(scored ? [`${options.metric ?? "score"}${options.leads ? " of leader" : ""}`] : []),
    ...(spread ? ["least", "median", "greatest"] : []),
    ...(personal ? ["with own heads"] : []),
    ...["to clients", "back"],
  ];
  const rowOf = (round: RoundViewData): readonly string[] => {
    const roundSpread = scoreSpreadOf(Object.values(round.scores));
    const answered = groupedNumber(round.clients.length);
    return [
      String(round.round),
      lost ? `${answered} of ${groupedNumber(round.clients.length + round.lost.length)}` : answered,
      formatFourDecimals(lossOf(round)),
      ...(scored ? [formatFourDecimals(round.score)] : []),
      ...(spread
        ? [
            formatFourDecimals(roundSpread?.least),
            formatFourDecimals(roundSpread?.middle),
            formatFourDecimals(roundSpread?.most),
          ]
        : []),
      ...(personal ? [formatFourDecimals(scoreSpreadOf(Object.values(round.personal ?? {}))?.mean)] : []),
      byteSizeText(round.sent),
      byteSizeText(round.received),
    ];
  };
  const left = options.rounds.length <= ROUNDS ? [] : options.rounds.slice(FIRST, FIRST - ROUNDS);
  const shown = options.rounds.filter((round) => !left.includes(round));
  const table = tableView(columns, shown.map(rowOf), {
    title: `Rounds of ${options.name}${options.rounds.length < options.totalRounds ? `, ${groupedNumber(options.rounds.length)} of ${groupedNumber(options.totalRounds)}` : ""}`,
    limit: ROUNDS,
    caption: captionOf(options, left),
  });
  return { ...table, ...(id !== undefined && { id }) };
}

/** Loss of the clients that responded, weighted by their rows. */
function lossOf({ clients }: RoundViewData): number | null {
  const rows = clients.reduce((sum, one) => sum + one.rows, 0);
  return rows > 0 ? clients.reduce((sum, one) => sum + one.loss * one.rows, 0) / rows : null;
}

/** @param left rounds that are not in the table */
function captionOf(options: FederationViewData, left: readonly RoundViewData[]): string {
  const total = (amountOf: (round: RoundViewData) => number): number =>
    options.rounds.reduce((sum, round) => sum + amountOf(round), 0);
  const best = options.rounds.reduce<RoundViewData | null>(
    (top, round) =>
      isFiniteNumber(round.score) && (!top || options.better * round.score > options.better * (top.score ?? 0))
        ? round
        : top,
    null,
  );
  const rows = options.clients.reduce((sum, client) => sum + client.rows, 0);
  return [
    `${plural(options.clients.length, "client")} with ${plural(rows, "row")}`,
    `in all ${byteSizeText(total(({ sent }) => sent))} to clients and ${byteSizeText(total(({ received }) => received))} back`,
    ...lostOf(options.rounds),
    ...(best && options.metric !== null
      ? [
          `best ${options.metric} ${formatFourDecimals(best.score)} in round ${String(best.round)}${options.leads ? `, on ${scoringDataText(options)}` : ""}`,
        ]
      : []),
    ...(options.keptRound === undefined ? [] : [`the model is that of round ${String(options.keptRound)}`]),
    ...(left.length > 0 ? [`rounds ${String(left[0]?.round)} to ${String(left.at(-1)?.round)} are not shown`] : []),
  ].join("; ");
}

/** Maximum clients whose failures are listed by name. */
const NAMED = 5;

/** Returns e.g. `lost: west in round 3, south in rounds 2 and 4`, and the last reported reason. */
function lostOf(rounds: readonly RoundViewData[]): readonly string[] {
  const names = [...new Set(rounds.flatMap(({ lost }) => lost))];
  if (names.length === 0) return [];
  const reason = rounds.findLast((round) => round.why !== undefined)?.why;
  const why = reason === undefined ? [] : [clip(oneLine(printable(reason)), 160)];
  const lostNames = names.slice(0, NAMED).map((name) => {
    const numbers = rounds.filter(({ lost }) => lost.includes(name)).map(({ round }) => String(round));
    return numbers.length > NAMED
      ? `${name} in ${groupedNumber(numbers.length)} rounds`
      : `${name} in ${numbers.length === 1 ? "round" : "rounds"} ${numbers.join(", ")}`;
  });
  return [
    `lost: ${[...lostNames, ...(names.length > NAMED ? [`${groupedNumber(names.length - NAMED)} more`] : [])].join("; ")}`,
    ...why,
  ];
}

export function joinedClientsView(clients: readonly Pick<ClientViewData, "name" | "rows">[]): DisplayOutput {
  const some = clients
    .slice(0, CLIENTS)
    .map(({ name, rows }) => `${clip(oneLine(printable(name)), 40)} with ${plural(rows, "row")}`);
  const more = clients.length > CLIENTS ? [`and ${groupedNumber(clients.length - CLIENTS)} more`] : [];
  return { bundle: { "text/plain": `${plural(clients.length, "client")} joined: ${[...some, ...more].join(", ")}` } };
}

/** The clients with the lowest scores first. Null: no client was scored. */
export function lowestScoringClientsView(options: FederationViewData, id?: string): DisplayOutput | null {
  const scored = options.rounds.filter(({ scores }) => Object.values(scores).some(isFiniteNumber));
  const [first, last] = [scored[0], scored.at(-1)];
  if (!first || !last || options.metric === null) return null;
  const keptRound = scored.find(({ round }) => round === options.keptRound);
  // Clients are scored with the round whose weights the model has.
  const shown = keptRound ?? last;
  const score = (name: string, of: RoundViewData | undefined): number | undefined =>
    of && Object.hasOwn(of.scores, name) ? of.scores[name] : undefined;
  const currentScore = (name: string): number | undefined =>
    shown.personal && Object.hasOwn(shown.personal, name) ? shown.personal[name] : undefined;
  const took = (name: string): number =>
    options.rounds.filter(({ clients }) => clients.some((one) => one.name === name)).length;
  const labels = options.clients.some((client) => client.labels !== undefined);
  const worst = (name: string): number => {
    const value = score(name, shown);
    return isFiniteNumber(value) ? options.better * value : Infinity;
  };
  const all = [...options.clients].sort((a, b) => worst(a.name) - worst(b.name));
  const since = first !== shown;
  const later = last !== shown;
  const personal = shown.personal !== undefined;
  const columns = [
    ...["client", "rows"],
    ...(labels ? ["labels"] : []),
    "rounds",
    ...(since ? [`round ${String(first.round)}`] : []),
    `round ${String(shown.round)}${keptRound ? ", kept" : ""}`,
    ...(personal ? ["with own head"] : []),
    ...(later ? [`round ${String(last.round)}`] : []),
  ];
  const rows = all.map((client) => [
    client.name,
    client.rows,
    ...(labels ? [client.labels ? client.labels.filter((n) => n > 0).length : ""] : []),
    took(client.name),
    ...(since ? [formatFourDecimals(score(client.name, first))] : []),
    formatFourDecimals(score(client.name, shown)),
    ...(personal ? [formatFourDecimals(currentScore(client.name))] : []),
    ...(later ? [formatFourDecimals(score(client.name, last))] : []),
  ]);
  const table = tableView(columns, rows, {
    title: `${options.metric} of each client of ${options.name}`,
    limit: CLIENTS,
    caption: `On each client's own validation rows; clients with the lowest scores of the model ${keptRound ? "of the selected round " : ""}first`,
  });
  return { ...table, ...(id !== undefined && { id }) };
}
