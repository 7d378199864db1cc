/** What finds personal data in texts. */
export { findPersonalData } from "../personal-data/find.js";
