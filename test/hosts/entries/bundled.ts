// A page that a bundler makes: the package is imported as anyone would.
import * as unrolled from "unrolled";
import { answer } from "./answer.ts";

const { job } = (await (await fetch("/next")).json()) as { job: Parameters<typeof answer>[1] };
const body = await answer(() => unrolled, job).catch((error: Error) => ({ error: `${error.name}: ${error.message}` }));
await fetch("/report", { method: "POST", body: JSON.stringify(body) });
