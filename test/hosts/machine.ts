// What a fresh machine lacks: browsers from Debian, runtimes and bundlers from npm.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const here = new URL(".", import.meta.url).pathname;
export const root = new URL("../..", import.meta.url).pathname;
export const modules = join(here, "node_modules");

/** The Node that runs this, and the runtimes that npm packages hold. */
export const binaries = {
  node: process.execPath,
  node22: join(modules, "node22/bin/node"),
  node24: join(modules, "node24/bin/node"),
  node26: join(modules, "node26/bin/node"),
  deno: join(modules, "deno/deno"),
  bun: join(modules, "bun/bin/bun.exe"),
};

/** Debian's packages, by a file of each. */
const DEBIAN: Record<string, string> = {
  chromium: "/usr/bin/chromium",
  "firefox-esr": "/usr/bin/firefox-esr",
  "webkit2gtk-driver": "/usr/bin/WebKitWebDriver",
  xvfb: "/usr/bin/Xvfb",
  "espeak-ng": "/usr/bin/espeak-ng",
};

/** WebKitGTK's small browser, which the driver's package brings. */
export function miniBrowser(): string {
  const libraries = readdirSync("/usr/lib").filter((name) => name.endsWith("-linux-gnu"));
  return libraries
    .flatMap((l) => ["4.1", "4.0"].map((v) => `/usr/lib/${l}/webkit2gtk-${v}/MiniBrowser`))
    .find(existsSync)!;
}

export function installMachine(): void {
  installDebian(DEBIAN);
  installModules(here);
}

/** Installs Debian's packages whose file is not there. */
export function installDebian(packages: Readonly<Record<string, string>>): void {
  const missing = Object.keys(packages).filter((name) => !existsSync(packages[name]));
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  quietly("apt-get", ["update", "-qq"], { env });
  quietly("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], { env });
}

/** Installs what a folder's lock file names, where it is not there whole. */
export function installModules(folder: string, ...flags: string[]): void {
  const lock = readFileSync(join(folder, "package-lock.json"), "utf8");
  const { packages } = JSON.parse(lock) as { packages: Record<string, { version?: string; optional?: boolean }> };
  const fits = (path: string, version?: string) => {
    const file = join(folder, path, "package.json");
    return existsSync(file) && (version === undefined || JSON.parse(readFileSync(file, "utf8")).version === version);
  };
  const whole = Object.entries(packages).every(
    ([path, { version, optional }]) => path === "" || optional || fits(path, version),
  );
  // Not `npm ci`: it wants every platform's binary in the lock file, and a mirror may hold this platform's alone.
  if (!whole) quietly("npm", ["install", "--no-save", ...flags], { cwd: folder });
}

/** Runs a command, whose output is shown only where it fails. */
export function quietly(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: Uint8Array } = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    ...options,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: [options.input ? "pipe" : "ignore", "pipe", "pipe"],
  });
  if (status !== 0)
    throw new Error(
      `${command} ${args.join(" ").slice(0, 200)}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`,
    );
  return stdout;
}

export function version(binary: string, ...args: string[]): string {
  return /\d+(\.\d+)+/.exec(
    execFileSync(binary, args.length ? args : ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  )![0];
}

/** The version of a package of test/hosts/package.json. */
export function packageVersion(name: string): string {
  return JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;
}
