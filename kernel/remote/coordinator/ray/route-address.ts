/** Finds the address by which another machine sees this one: that of the interface on the route to it. */
import { connect } from "node:net";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** `address`: the other machine's dashboard. Throws the coded error `ray-unreachable`. */
export function localAddressTowards(address: string): Promise<string> {
  const { hostname, port, protocol } = new URL(address);
  const to = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || (protocol === "https:" ? 443 : 80)) };
  return new Promise((found, failed) => {
    const socket = connect({ ...to, timeout: 10_000 });
    const refuse = (why: string): void => {
      socket.destroy();
      failed(new CodedError("ray-unreachable", { address, why }));
    };
    socket.once("connect", () => {
      const here = socket.localAddress;
      socket.destroy();
      if (here === undefined) refuse("the route is unknown");
      else found(here);
    });
    socket.once("timeout", () => refuse("no response in ten seconds"));
    socket.once("error", (error) => refuse(error.message));
  });
}
