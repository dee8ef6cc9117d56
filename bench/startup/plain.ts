import { prepare } from "../peers/plain.ts";
import { start } from "./prepared.ts";

await start(prepare);
