// A host that cannot run the engine: what a user is told, on the console or by a page.
import { firstAnswer } from "../nets.ts";

async function attempt(): Promise<string> {
  try {
    firstAnswer(await import("unrolled"));
    return "ran";
  } catch (error) {
    return String(error);
  }
}

const said = await attempt();
if (typeof document === "object") await fetch("/report", { method: "POST", body: JSON.stringify({ said }) });
else console.log(said);
