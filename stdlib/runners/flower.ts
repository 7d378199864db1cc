import { defineWord } from "#dsl/language/types/define.js";
import type { FederationRunner } from "./kind.js";
import { CLIENT_ROUND_MS, CLIENT_WAIT_MS, superlinkAddressFault } from "./shared/superlink.js";

export const word = defineWord({
  kind: "runner",
  name: "flower",
  doc: "Clients elsewhere, over Flower's SuperLink by its address: each is a Tunebook process beside its own data that joined as a SuperNode, `tunebook join flower`. It carries `federate` alone.",
  example: 'runner: flower("https://superlink:8000", clients: 4)',
  elsewhere: { flwr: "flower", superlink: "flower" },
  advice: {
    workers: "write `clients: 4`: how many join",
    insecure: "write `plain: true`, in a network that is closed by other means",
    root_certificates: 'write `certificates: "ca.crt"`',
    timeout: "write `wait: 5min` for joining, `round: 1h` for a client's part in a round",
  },
  notes: [
    "Rows stay where they are. What leaves a client is its update, counts, and scores that its own program names; what goes wrong there leaves as a code.",
    "A client holds what it is told against its own program: the base, the technique, each setting that it computes with, the labels, the most rounds and the fewest clients. Whatever differs is refused.",
    "Without `clients` each data set after `on` is a client's, started as a process of this machine that joins the SuperLink and ends with the statement.",
    "With `clients` the data after `on` are those of who leads: they validate and test, give the labels, and train nothing.",
    "A client that is lost, or late, is left out of that round, which goes on with the others. Flower 1.42 is spoken.",
  ],
  check({ arguments: { address, plain } }, context) {
    const wrong = superlinkAddressFault(address, plain);
    if (wrong) context.report(wrong.code, { url: wrong.url }, "address");
  },
  capabilities: {
    joiningClients: ({ arguments: { clients } }) => clients ?? null,
  },
  parameters: [
    {
      name: "address",
      type: { is: "text" },
      doc: "Of the SuperLink: one for all that is said to it. HTTP on this machine alone, elsewhere HTTPS.",
      positional: true,
      required: true,
      why: "It carries every message, and so it sees what isn't masked.",
      impact: "high",
    },
    {
      name: "clients",
      type: { is: "number", integer: true },
      doc: "How many join by themselves, with data of their own.",
      range: { min: 2, max: 10_000 },
      default: { derived: "each data set after `on` is a client's, and is started here", from: () => null },
      why: "The first round begins when so many have joined and agreed.",
      impact: "high",
    },
    {
      name: "wait",
      type: { is: "number", unit: "duration" },
      doc: "How long clients are waited for before the first round.",
      range: { min: 0, exclusive: true },
      default: { value: CLIENT_WAIT_MS },
      why: "Clients are started one after the other.",
      impact: "low",
    },
    {
      name: "round",
      type: { is: "number", unit: "duration" },
      doc: "The longest that a client's part of a round may take; one that takes longer is left out of it.",
      range: { min: 0, exclusive: true },
      default: { value: CLIENT_ROUND_MS },
      why: "An hour suits slow clients; a round is as slow as its slowest one.",
      impact: "medium",
    },
    {
      name: "certificates",
      type: { is: "text" },
      doc: "A file (PEM) with the certificate of who signed for the SuperLink, where no public authority did.",
      default: { derived: "those that this machine trusts", from: () => null },
      why: "Whoever can't show that it is the SuperLink is sent nothing.",
      impact: "low",
    },
    {
      name: "plain",
      type: { is: "boolean" },
      doc: "HTTP to other machines is allowed: in a network that is closed by other means.",
      default: { value: false },
      why: "Updates reveal rows to whoever listens.",
      impact: "medium",
    },
  ],
  load: () => Promise.resolve(flower),
});

const MILLISECONDS = 1000;

const flower: FederationRunner = {
  federation: ({ arguments: { address, certificates, plain, wait, round } }, carriers) =>
    carriers.flower({
      superlink: String(address),
      ...(typeof certificates === "string" && { certificates }),
      plain: plain === true,
      wait: Number(wait ?? CLIENT_WAIT_MS) / MILLISECONDS,
      round: Number(round ?? CLIENT_ROUND_MS) / MILLISECONDS,
    }),
};
