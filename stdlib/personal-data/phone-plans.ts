/** Phone number plans of countries, loaded when a text has a possible number. */
import { createRequire } from "node:module";
import type * as plans from "libphonenumber-js/min";

const require = createRequire(import.meta.url);

export const isValidPhoneNumber: typeof plans.isValidPhoneNumber = (number, country) =>
  (require("libphonenumber-js/min") as typeof plans).isValidPhoneNumber(number, country as plans.CountryCode);
