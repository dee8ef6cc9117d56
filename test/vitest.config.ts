import { defineConfig } from "vitest/config";

// UNROLLED_BUILD: base, relaxed, debug or debug-relaxed, where not the host's own (test/builds.ts).
const file = (path: string) => new URL(path, import.meta.url).pathname;
const chosen = process.env.UNROLLED_BUILD !== undefined;

export default defineConfig({
  root: file(".."),
  resolve: { alias: chosen ? [{ find: /^.*\/build\/binaries\.js$/, replacement: file("support/binaries.ts") }] : [] },
  test: {
    testTimeout: 60_000, // the machine may be shared
    hookTimeout: 60_000,
    maxWorkers: "100%", // else a core waits: half the time on a machine of two
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/hosts/**"],
    setupFiles: chosen ? [file("support/build.ts")] : [],
  },
});
