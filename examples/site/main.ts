// The shell: which part the address names, loaded when it is asked for, and its source.
import "./style.css";
import { find, make, type Part } from "./kit.ts";

const PARTS: Readonly<Record<string, () => Promise<{ show: Part }>>> = {
  language: () => import("./language/part.ts"),
  inside: () => import("./inside/part.ts"),
  drop: () => import("./drop/part.ts"),
  voice: () => import("./voice/part.ts"),
  amplifier: () => import("./amplifier/part.ts"),
  race: () => import("./race/part.ts"),
};

const SOURCES = import.meta.glob<string>("./*/*.ts", { query: "?raw", import: "default" });

const main = find(document, "main");
const source = find<HTMLDetailsElement>(document, "#source");
let left = new AbortController();
let shown = "";

async function go(): Promise<void> {
  const asked = location.hash.slice(1).split("?")[0];
  const name = asked in PARTS ? asked : shown || "language";
  if (name === shown) return;
  left.abort();
  left = new AbortController();
  const { signal } = left;
  const first = shown === "";
  shown = name;
  for (const link of document.querySelectorAll<HTMLAnchorElement>("nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  source.open = false;
  source.replaceChildren(source.firstElementChild!);
  const section = make("section", "", { id: `part-${name}` });
  main.setAttribute("aria-busy", "true");
  main.replaceChildren(section);
  try {
    const { show } = await PARTS[name]();
    if (signal.aborted) return;
    await show(section, signal);
  } catch (error) {
    if (!signal.aborted) section.append(make("p", String(error), { className: "refusal", role: "alert" }));
  }
  if (signal.aborted) return;
  main.removeAttribute("aria-busy");
  if (!first) main.focus();
}

source.addEventListener("toggle", async () => {
  if (!source.open || source.childElementCount > 1) return;
  const files = Object.keys(SOURCES).filter((path) => path.startsWith(`./${shown}/`));
  for (const path of files.sort()) {
    const text = await SOURCES[path]();
    source.append(make("h2", `${path.slice(2)}, ${text.trim().split("\n").length} lines`));
    source.append(make("pre", text, { tabIndex: 0 }));
  }
});

addEventListener("hashchange", () => void go());
void go();
if ("serviceWorker" in navigator && isSecureContext) void navigator.serviceWorker.register("./worker.js");
