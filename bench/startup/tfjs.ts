import { prepare } from "../peers/tfjs.ts";
import { start } from "./prepared.ts";

await start(prepare);
