import { defineConfig, mergeConfig } from "vitest/config";
import config from "./vitest.config.ts";

/** The long forms of the laws, one file at a time: they measure memory. */
export default mergeConfig(
  config,
  defineConfig({ test: { env: { UNROLLED_SLOW: "1" }, testTimeout: 1_800_000, fileParallelism: false } }),
);
