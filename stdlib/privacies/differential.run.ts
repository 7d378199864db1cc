import type { PrivacyImplementation } from "../kinds/privacy.js";
import { epsilonByRdp } from "../lib/privacy/rdp.js";
import { epsilonBy } from "../lib/privacy/spent.js";

export const differential: PrivacyImplementation = {
  spent({ arguments: { accountant, delta } }, done) {
    if (typeof delta !== "number") throw new Error("differential: the call was not made whole, it has no δ");
    // What numerical composition can't hold, Rényi's orders bound from above.
    return epsilonBy(String(accountant), done, delta) ?? epsilonByRdp(done, delta);
  },
};
