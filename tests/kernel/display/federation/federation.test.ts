/**
 * Pictures and tables of a federation: clients with different labels, clients with low scores, and unknown values that
 * are not drawn.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { clientScoresFigure, clientScoresView } from "#kernel/display/federation/client-scores.js";
import { clientDriftFigure, clientDriftView } from "#kernel/display/federation/drift.js";
import { clientLabelsFigure, clientLabelsView, labelSkewOf } from "#kernel/display/federation/labels.js";
import { lowestScoringClientsView, roundsView } from "#kernel/display/federation/tables.js";
import { savedScoreWords } from "#kernel/display/curves/curves.js";
import type { RunEvent } from "#kernel/events/events.js";
import { scoreSpreadOf, type FederationViewData } from "#kernel/display/federation/view.js";
import type { Figure } from "#kernel/display/figure.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { madeFederation } from "../made-federation.js";

const text = (shown: DisplayOutput | null): string => String(shown?.bundle["text/plain"]);
const labelled = (...labels: readonly (readonly number[])[]): FederationViewData => ({
  ...madeFederation({ clients: 0, labels: labels[0]!.map((_, k) => `label ${String(k)}`), rounds: 0 }),
  clients: labels.map((own, i) => ({ name: String(i + 1), labels: own, rows: own.reduce((a, b) => a + b, 0) })),
});
const named = (figure: Figure | null, name: string) => figure!.data.find((trace) => trace["name"] === name)!;

describe("label skew of clients", () => {
  it("is 0 for equal distributions, and largest if each client has its own label", () => {
    assert.equal(labelSkewOf(labelled([10, 30], [1, 3], [100, 300])), 0);
    assert.equal(labelSkewOf(labelled([50, 0], [0, 50])), 0.5);
    assert.equal(labelSkewOf(labelled([50, 0, 0, 0], [0, 50, 0, 0], [0, 0, 50, 0], [0, 0, 0, 50])), 0.75);
    assert.equal(labelSkewOf(labelled([0, 0])), null);
    assert.equal(clientLabelsView(labelled([0, 0])), null);
    assert.equal(clientLabelsView({ ...labelled([1, 2]), clients: [{ name: "a", rows: 3 }] }), null);
  });
  it("is drawn as stacked bars for few labels, and as bubbles for many", () => {
    const bars = clientLabelsFigure(labelled([9, 0, 1], [0, 4, 4]))!;
    assert.deepEqual(
      bars.data.map(({ type, x }) => [type, x]),
      [
        ["bar", [9, 0]],
        ["bar", [0, 4]],
        ["bar", [1, 4]],
      ],
    );
    const many = Array.from({ length: 12 }, (_, k) => (k === 3 ? 400 : k === 5 ? 100 : 0));
    const [bubbles] = clientLabelsFigure(labelled(many, [...many].reverse()))!.data;
    const sizes = (bubbles!["marker"] as { size: number[] }).size;
    assert.equal(sizes.length, 4);
    assert.ok(Math.abs(sizes[0]! / sizes[1]! - 2) < 0.02, String(sizes));
  });
  it("leaves out the smallest clients if there are too many, and states that", () => {
    const all = labelled(...Array.from({ length: 60 }, (_, i) => [i + 1, 5]));
    const figure = clientLabelsFigure(all)!;
    assert.equal((figure.data[0]!["y"] as string[]).length, 40);
    assert.match(JSON.stringify(figure.layout), /40 of 60 clients/);
    assert.match(text(clientLabelsView(all)), /20 of 60 clients/);
  });
});

describe("client scores", () => {
  it("have a spread over scored clients, by linear interpolation", () => {
    assert.deepEqual(scoreSpreadOf([3, null, 1, Number.NaN, 2, 10]), {
      least: 1,
      low: 1.75,
      middle: 2.5,
      high: 4.75,
      most: 10,
      mean: 4,
      count: 4,
    });
    assert.equal(scoreSpreadOf([null, undefined, Number.NaN]), null);
  });
  it("lie within the drawn bands, which are nested", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 2, max: 9 }), (clients, rounds) => {
        const view = madeFederation({ clients, labels: ["a", "b"], rounds });
        const figure = clientScoresFigure(view)!;
        const [wide, half] = ["least to greatest", "half of the clients"].map(
          (name) => named(figure, name)["y"] as number[],
        );
        const dots = named(figure, "a client");
        assert.equal((dots["y"] as number[]).length, clients * rounds);
        (dots["x"] as number[]).forEach((round, i) => {
          const y = (dots["y"] as number[])[i]!;
          assert.ok(y >= wide![round - 1]! && y <= wide![2 * rounds - round]!);
        });
        half!.forEach((y, i) => assert.ok(i < rounds ? y >= wide![i]! : y <= wide![i]!));
      }),
    ));
  it("have no figure without scores, and no bands for a single round", () => {
    const view = madeFederation({ clients: 3, labels: ["a"], rounds: 4 });
    assert.equal(clientScoresView({ ...view, rounds: view.rounds.map((round) => ({ ...round, scores: {} })) }), null);
    assert.equal(clientScoresView({ ...view, metric: null }), null);
    assert.equal(lowestScoringClientsView({ ...view, metric: null }), null);
    const one = clientScoresFigure({ ...view, rounds: view.rounds.slice(0, 1) })!;
    assert.deepEqual(
      one.data.map(({ name }) => name),
      ["a client", "all rows"],
    );
  });
  it("are shown with the score on the leader's rows, or of personal heads", () => {
    const view = madeFederation({ clients: 3, labels: ["a"], rounds: 3 });
    const led = { ...view, leads: { data: "north", rows: 42 } };
    const own = madeFederation({ clients: 3, labels: ["a"], rounds: 3, personal: true });
    assert.match(text(clientScoresView(view)), / on all rows, clients/);
    assert.match(text(clientScoresView(led)), /: 0\.\d+ on the leader's 42 rows of north, clients/);
    assert.match(text(clientScoresView(own)), / on all rows with own heads, clients/);
    assert.ok(named(clientScoresFigure(led)!, "the leader's 42 rows of north"));
    assert.match(text(roundsView(led)), /loss +accuracy of leader +least/);
    assert.match(text(roundsView(led)), /best accuracy 0\.\d+ in round 3, on the leader's 42 rows of north/);
    assert.doesNotMatch(text(roundsView(view)), /leader/);
  });
  it("are shown with lost clients and the reason", () => {
    const view = madeFederation({ clients: 3, labels: ["a"], rounds: 2 });
    const why = "flower-client: client 2 did not answer: it is gone";
    const rounds = view.rounds.map((round, i) => ({ ...round, lost: ["2"], ...(i === 0 && { why }) }));
    assert.match(
      text(roundsView({ ...view, rounds })),
      /; lost: 2 in rounds 1, 2; flower-client: client 2 did not answer: it is gone/,
    );
  });
  it("have no dots above 200 clients", () => {
    const names = (clients: number) =>
      clientScoresFigure(madeFederation({ clients, labels: ["a"], rounds: 3 }))!.data.map(({ name }) => name);
    assert.ok(names(200).includes("a client"));
    assert.ok(!names(201).includes("a client"));
  });
  it("are listed in a table with the worst client first, for either direction", () => {
    const view = madeFederation({ clients: 4, labels: ["a"], rounds: 2 });
    const rounds = view.rounds.map((round) => ({ ...round, scores: { "1": 0.5, "2": 0.9, "4": 0.1 } }));
    const order = (better: 1 | -1): readonly string[] =>
      text(lowestScoringClientsView({ ...view, better, rounds }))
        .split("\n")
        .flatMap((line) => /^\s*(\d) /.exec(line)?.[1] ?? []);
    assert.deepEqual(order(1), ["4", "1", "2", "3"]);
    assert.deepEqual(order(-1), ["2", "1", "4", "3"]);
  });
});

describe("selected round of a federation", () => {
  const view = madeFederation({ clients: 2, labels: ["a"], rounds: 3 });
  const rounds = view.rounds.map((round, i) => ({
    ...round,
    scores: [
      { "1": 0.1, "2": 0.2 },
      { "1": 0.9, "2": 0.6 },
      { "1": 0.5, "2": 0.7 },
    ][i]!,
  }));
  const table = (kept?: number): readonly string[] =>
    text(lowestScoringClientsView({ ...view, rounds, ...(kept !== undefined && { keptRound: kept }) })).split("\n");
  it("sorts the clients, next to the first and last round", () => {
    const shown = table(2);
    assert.match(shown[1]!, /round 1 +round 2, kept +round 3$/);
    assert.match(shown[3]!, /^ *2 .* 0\.2000 +0\.6000 +0\.7000$/);
    assert.match(shown.at(-1)!, /of the selected round/);
  });
  it("appears once if it is the last, and the last appears alone if none is known", () => {
    assert.match(table(3)[1]!, /round 1 +round 3, kept$/);
    assert.match(table()[1]!, /round 1 +round 3$/);
    assert.match(table()[3]!, /^ *1 /);
  });
  it("is reported in the table of rounds", () => {
    assert.match(text(roundsView({ ...view, rounds, keptRound: 3 })), /; the model is that of round 3/);
    assert.doesNotMatch(text(roundsView({ ...view, rounds })), /the model is/);
  });
  it("has its score in the summary of the training", () => {
    const evaluated = (step: number, accuracy: number) =>
      ({ kind: "evaluated", step, split: "validation", metrics: { loss: 1, accuracy } }) as unknown as RunEvent;
    const saved = (step: number, best: boolean) =>
      ({ kind: "checkpoint", step, best, by: "accuracy" }) as unknown as RunEvent;
    const round = { kind: "round", step: 1 } as unknown as RunEvent;
    const events = [round, evaluated(1, 0.9), saved(1, true), evaluated(2, 0.4), saved(2, false)];
    assert.deepEqual(savedScoreWords(events), ["validation accuracy 0.9000", "best at round 1"]);
    assert.deepEqual(savedScoreWords(events, { keepsLast: true }), [
      "validation accuracy 0.4000",
      "of round 2, the selected one; best at round 1",
    ]);
  });
});

describe("client drift", () => {
  it("is not drawn if the server sees only sums", () => {
    assert.equal(clientDriftView(madeFederation({ clients: 5, labels: ["a"], rounds: 3, masked: true })), null);
    assert.notEqual(clientDriftView(madeFederation({ clients: 5, labels: ["a"], rounds: 3 })), null);
  });
  it("shows cosines relative to zero", () => {
    const view = madeFederation({ clients: 5, labels: ["a"], rounds: 3 });
    const range = (cosine: number) =>
      (
        clientDriftFigure({
          totalRounds: 3,
          rounds: view.rounds.map((round) => ({ ...round, clients: round.clients.map((one) => ({ ...one, cosine })) })),
        })!.layout!["yaxis2"] as { range: number[] }
      ).range;
    assert.equal(range(0.7)[0], 0);
    assert.ok(range(-0.4)[0]! < -0.4);
    assert.ok(range(-1)[0]! >= -1.06);
  });
});

describe("table of rounds", () => {
  it("sums the transferred bytes, and omits middle rounds of many", () => {
    const view = madeFederation({ clients: 3, labels: ["a"], rounds: 2 });
    const rounds = view.rounds.map((round) => ({ ...round, sent: 1024, received: 512 }));
    assert.match(text(roundsView({ ...view, rounds })), /2 KiB to clients and 1 KiB back/);
    const many = text(roundsView(madeFederation({ clients: 3, labels: ["a"], rounds: 100 })));
    assert.match(many, /rounds 4 to 73 are not shown/);
    assert.match(many, /^\s*3 .*\n\s*74 /m);
    assert.match(many, /^\s*100 /m);
    assert.doesNotMatch(text(roundsView(view)), /are not shown/);
  });
  it("appears before the first round ends", () => {
    const view = madeFederation({ clients: 3, labels: ["a"], rounds: 0, of: 5 });
    assert.match(text(roundsView(view)), /Rounds of drill, 0 of 5/);
    assert.equal(clientDriftView(view), null);
    assert.equal(clientScoresView(view), null);
    assert.equal(lowestScoringClientsView(view), null);
  });
});
