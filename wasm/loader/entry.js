import "./widgets.css";
import "./questions.css";
export { start } from "./main.js";
