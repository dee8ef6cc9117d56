// Firefox and WebKitGTK through the WebDriver protocol, each as its maker serves it: Marionette, WebKitWebDriver.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FIREFOX_PREFERENCES } from "../hosts/browser.ts";
import { miniBrowser } from "../hosts/machine.ts";
import { wait, type Hand } from "./hand.ts";

/** A command of WebDriver: Marionette's name of it, then the method and path of HTTP. */
const COMMANDS = {
  go: ["Navigate", "POST", "/url"],
  refresh: ["Refresh", "POST", "/refresh"],
  size: ["SetWindowRect", "POST", "/window/rect"],
  run: ["ExecuteAsyncScript", "POST", "/execute/async"],
  find: ["FindElement", "POST", "/element"],
  click: ["ElementClick", "POST", "/element/ID/click"],
  keys: ["ElementSendKeys", "POST", "/element/ID/value"],
  act: ["PerformActions", "POST", "/actions"],
} as const;

type Call = (command: keyof typeof COMMANDS, parameters: object, id?: string) => Promise<unknown>;

const KEYS = { ArrowRight: "\uE014", Enter: "\uE007" };

export interface Driven {
  readonly hand: Hand;
  go(address: string): Promise<void>;
  close(): Promise<void>;
}

export async function openDriven(name: "Firefox" | "WebKit", width: number): Promise<Driven> {
  const profile = mkdtempSync(join(tmpdir(), "unrolled-site-"));
  const started: ChildProcess[] = [];
  const start = (command: string, args: readonly string[], env: Record<string, string> = {}) => {
    const options = {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, HOME: profile, ...env },
    };
    const child = spawn(command, args, options as never);
    started.push(child);
    return child;
  };
  const call = await (name === "Firefox" ? firefox : webkit)(profile, start);
  await call("size", { width, height: 900 });
  return {
    hand: handOf(call),
    go: async (url) => void (await call("go", { url })),
    async close() {
      for (const child of started.reverse()) {
        if (child.exitCode !== null || child.pid === undefined) continue;
        const ended = once(child, "exit");
        process.kill(-child.pid, "SIGKILL");
        await ended;
      }
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

type Start = (command: string, args: readonly string[], env?: Record<string, string>) => ChildProcess;

async function firefox(profile: string, start: Start): Promise<Call> {
  const preferences = [
    ...FIREFOX_PREFERENCES,
    ["marionette.port", 0],
    ["media.autoplay.default", 0],
    ["media.navigator.permission.disabled", true],
    ["media.navigator.streams.fake", true],
  ];
  const lines = preferences.map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`);
  writeFileSync(join(profile, "user.js"), lines.join(""));
  // Without a loudspeaker its audio thread does not run.
  const pulse = join(profile, "loudspeaker");
  const load = ["--load=module-null-sink", `--load=module-native-protocol-unix socket=${pulse} auth-anonymous=1`];
  start("pulseaudio", ["-n", "--exit-idle-time=-1", "--disable-shm", ...load], { XDG_RUNTIME_DIR: profile });
  await appears(pulse);
  start("firefox-esr", ["--headless", "--no-remote", "--marionette", "--profile", profile], {
    PULSE_SERVER: `unix:${pulse}`,
  });
  const port = join(profile, "MarionetteActivePort");
  await appears(port);
  const socket = connect(Number(readFileSync(port, "utf8")), "127.0.0.1");
  const packets = packetsOf(socket);
  await packets.next(); // its greeting
  let sent = 0;
  const send = async (command: string, parameters: object) => {
    const text = JSON.stringify([0, ++sent, `WebDriver:${command}`, parameters]);
    socket.write(`${Buffer.byteLength(text)}:${text}`);
    const [, , error, result] = (await packets.next()).value as [1, number, { message: string } | null, unknown];
    if (error) throw new Error(`${command}: ${error.message}`);
    return valueOf(result);
  };
  await send("NewSession", { capabilities: { alwaysMatch: {} } });
  return (command, parameters, id) => send(COMMANDS[command][0], { ...parameters, ...(id && { id }) });
}

async function appears(path: string): Promise<void> {
  for (const end = Date.now() + 60_000; !existsSync(path) && Date.now() < end;) await wait(100);
}

/** Marionette's packets: a length, a colon, JSON. */
async function* packetsOf(socket: Socket): AsyncGenerator<unknown, never> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    for (let colon = bytes.indexOf(":"); colon > 0; colon = bytes.indexOf(":")) {
      const end = colon + 1 + Number(bytes.toString("latin1", 0, colon));
      if (bytes.length < end) break;
      yield JSON.parse(bytes.toString("utf8", colon + 1, end));
      bytes = bytes.subarray(end);
    }
  }
  throw new Error("Firefox ended");
}

async function webkit(_: string, start: Start): Promise<Call> {
  const screen = start("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
  const [number] = await once(screen.stdout!, "data");
  const port = 20_000 + (process.pid % 20_000);
  start("WebKitWebDriver", [`--port=${port}`], {
    DISPLAY: `:${String(number).trim()}`,
    GDK_BACKEND: "x11",
    LANG: "en_US.UTF-8", // its navigator.language is of LANG=C otherwise: "C"
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
    NO_AT_BRIDGE: "1",
    LIBGL_ALWAYS_SOFTWARE: "1",
  });
  const send = async (method: string, path: string, body: object) => {
    const response = await fetch(`http://127.0.0.1:${port}/session${path}`, { method, body: JSON.stringify(body) });
    const { value } = (await response.json()) as { value: unknown };
    const { error, message } = Object(value) as { error?: string; message?: string };
    if (!response.ok) throw new Error(`${path}: ${error}: ${message}`);
    return value;
  };
  for (let tries = 0; !(await fetch(`http://127.0.0.1:${port}/status`).catch(() => false)) && tries < 300; tries++)
    await wait(100);
  const args = ["--automation", "--enable-mock-capture-devices=true"];
  const browser = { "webkitgtk:browserOptions": { binary: miniBrowser(), args } };
  const { sessionId } = (await send("POST", "", { capabilities: { alwaysMatch: browser } })) as { sessionId: string };
  return (command, parameters, id) => {
    const [, method, path] = COMMANDS[command];
    return send(method, `/${sessionId}${path.replace("ID", id ?? "")}`, parameters);
  };
}

const valueOf = (result: unknown): unknown => (Object(result) as { value?: unknown }).value;

function handOf(call: Call): Hand {
  const run: Hand["run"] = async (script, argument) => {
    const source = `const [argument, done] = arguments;
      new Promise((give) => give((${script})(argument))).then((value) => done({ value }), (e) => done({ error: String(e) }));`;
    const { value, error } = (await call("run", { script: source, args: [argument ?? null] })) as {
      value: never;
      error?: string;
    };
    if (error) throw new Error(error);
    return value;
  };
  const idOf = async (selector: string) =>
    Object.values((await call("find", { using: "css selector", value: selector })) as Record<string, string>)[0];
  return {
    run,
    click: async (selector) => void (await call("click", {}, await idOf(selector))),
    type: async (selector, text) => void (await call("keys", { text }, await idOf(selector))),
    press: async (selector, key) => void (await call("keys", { text: KEYS[key] }, await idOf(selector))),
    async hover(selector, x, y) {
      const corner = await run((s) => {
        const element = document.querySelector(s)!;
        element.scrollIntoView({ block: "center" });
        const { x, y } = element.getBoundingClientRect();
        return [x, y];
      }, selector);
      const [left, top] = [Math.round(corner[0] + x), Math.round(corner[1] + y)];
      const move = { type: "pointerMove", duration: 0, origin: "viewport", x: left, y: top };
      const mouse = { type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions: [move] };
      await call("act", { actions: [mouse] });
    },
    reload: async () => void (await call("refresh", {})),
  };
}
