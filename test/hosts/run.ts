// npm run test:hosts: one suite in every host, from the packed package.
import { createRequire } from "node:module";
import { join } from "node:path";
import { consoles } from "./hosts/console.ts";
import { bundled } from "./hosts/bundlers.ts";
import { inBrowsers } from "./hosts/browsers.ts";
import { refusals } from "./hosts/refusals.ts";
import { workerd } from "./hosts/workerd.ts";
import { installMachine } from "./machine.ts";
import { makeProject } from "./project.ts";
import { Relay } from "./relay.ts";
import type { Unrolled } from "./suite.ts";

installMachine();
const project = await makeProject();
const unrolled = createRequire(join(project.folder, "x.js"))("unrolled") as Unrolled;
const relay = new Relay(unrolled);
if (!process.env.SKIP) await consoles(relay, project);
await workerd(relay, project);
if (!process.env.SKIP) await inBrowsers(relay, project);
if (!process.env.SKIP) await bundled(relay, project);
await refusals(relay, project);
console.log(relay.finish());
