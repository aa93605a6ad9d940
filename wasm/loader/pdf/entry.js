import "./pdf.css";
export { start } from "./start.js";
