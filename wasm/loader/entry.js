import "./widgets.css";
export { start } from "./main.js";
