/** What finds personal data in texts. */
export { findPersonal } from "../personal-data/find.js";
