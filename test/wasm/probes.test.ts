// The choice of a build, on hosts that are made up.
import { afterEach, expect, test, vi } from "vitest";
import { RELAXED_PROBE, relaxedIsFaster } from "../../src/wasm/probes.ts";

/** A host that knows the instruction, where the probe's function gives `sum`. */
function host(more: object, sum = 2 ** -24): void {
  vi.stubGlobal("WebAssembly", {
    validate: (bytes: Uint8Array) => bytes === RELAXED_PROBE,
    Module: class {},
    Instance: class {
      exports = { f: () => sum };
    },
    ...more,
  });
}

afterEach(() => void vi.unstubAllGlobals());

test("relaxed is chosen where multiply-add fuses and JSPI is known", () => {
  host({ Suspending: class {} });
  expect(relaxedIsFaster()).toBe(true);
});

test("base is chosen where multiply-add rounds twice, without JSPI, and without relaxed SIMD", () => {
  host({ Suspending: class {} }, 0);
  expect(relaxedIsFaster()).toBe(false);
  host({});
  expect(relaxedIsFaster()).toBe(false);
  host({ Suspending: class {}, validate: () => false });
  expect(relaxedIsFaster()).toBe(false);
});

test("where no bytes may be compiled, the instruction and JSPI decide", () => {
  host({
    Suspending: class {},
    Module: class {
      constructor() {
        throw new Error("no leave");
      }
    },
  });
  expect(relaxedIsFaster()).toBe(true);
});

test("the probe's module tells fused from unfused, where the host has the instruction", () => {
  const bytes = new Uint8Array(RELAXED_PROBE);
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes);
  } catch {
    return; // Node 20
  }
  expect([0, 2 ** -24]).toContain((new WebAssembly.Instance(module).exports as { f(): number }).f());
});
