import { defineWord } from "#dsl/language/types/define.js";
import type { FederationRunner } from "./kind.js";
import { CLIENT_ROUND_TIMEOUT_MS, CLIENT_WAIT_TIMEOUT_MS, superlinkAddressFault } from "./shared/superlink.js";

export const word = defineWord({
  kind: "runner",
  name: "flower",
  doc: "Clients on other machines, connected through a Flower SuperLink: each is a Tunebook process that has its own data and joined as a SuperNode, `tunebook join flower`. It runs `federate` only.",
  example: 'runner: flower("https://superlink:8000", clients: 4)',
  elsewhere: { flwr: "flower", superlink: "flower" },
  advice: {
    workers: "write `clients: 4`: how many join",
    insecure: "write `plain: true`, in a network that is closed by other means",
    root_certificates: 'write `certificates: "ca.crt"`',
    timeout: "write `wait: 5min` for joining, `round: 1h` for a client's part in a round",
  },
  notes: [
    "Rows stay with the clients. A client sends its update, counts, and the scores named in its own program; errors are sent as a code.",
    "A client checks the settings it receives against its own program: the base, the technique, each setting it computes with, the labels, the maximum rounds and the minimum clients. A difference is refused.",
    "Without `clients` each data set after `on` is a client's, started as a process of this machine that joins the SuperLink and ends with the statement.",
    "With `clients` the data after `on` are the coordinator's: they are for validation and test, set the labels, and train nothing.",
    "A client that is lost or late is left out of that round, which continues with the others. The protocol is that of Flower 1.42.",
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
      doc: "The address of the SuperLink, used for all messages. HTTP on this machine only, otherwise HTTPS.",
      positional: true,
      required: true,
      why: "It carries every message, so it sees everything that is not masked.",
      impact: "high",
    },
    {
      name: "clients",
      type: { is: "number", integer: true },
      doc: "Number of clients that join with their own data.",
      range: { min: 2, max: 10_000 },
      default: { derived: "each data set after `on` is a client's, and is started here", from: () => null },
      why: "The first round starts when this many clients have joined and agreed.",
      impact: "high",
    },
    {
      name: "wait",
      type: { is: "number", unit: "duration" },
      doc: "How long clients are waited for before the first round.",
      range: { min: 0, exclusive: true },
      default: { value: CLIENT_WAIT_TIMEOUT_MS },
      why: "Clients are started one after the other.",
      impact: "low",
    },
    {
      name: "round",
      type: { is: "number", unit: "duration" },
      doc: "Maximum time of a client's part of a round; a client that takes longer is left out of the round.",
      range: { min: 0, exclusive: true },
      default: { value: CLIENT_ROUND_TIMEOUT_MS },
      why: "An hour suits slow clients; a round is as slow as its slowest one.",
      impact: "medium",
    },
    {
      name: "certificates",
      type: { is: "text" },
      doc: "A file (PEM) with the certificate authority of the SuperLink, if it is not a public one.",
      default: { derived: "those that this machine trusts", from: () => null },
      why: "Nothing is sent to a server that cannot prove that it is the SuperLink.",
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
      wait: Number(wait ?? CLIENT_WAIT_TIMEOUT_MS) / MILLISECONDS,
      round: Number(round ?? CLIENT_ROUND_TIMEOUT_MS) / MILLISECONDS,
    }),
};
