import { prepare } from "../peers/brain.ts";
import { start } from "./prepared.ts";

await start(prepare);
