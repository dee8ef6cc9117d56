export { Session } from "./run/session.ts";
