// Node with require.
import { answer } from "./answer.ts";
import type { Unrolled } from "../nets.ts";

answer(() => require("unrolled") as Unrolled, JSON.parse(process.argv[2])).then((a) => console.log(JSON.stringify(a)));
