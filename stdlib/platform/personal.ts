/** Exports the personal data finder. */
export { findPersonalData } from "../personal-data/find.js";
