// A host without anything that the package can do without: it must run all the same.
for (const name of ["Buffer", "atob", "btoa", "TextEncoder", "TextDecoder", "FinalizationRegistry", "WeakRef"])
  Reflect.deleteProperty(globalThis, name);
Reflect.deleteProperty(Uint8Array, "fromHex");
const { answer } = await import("./answer.ts");
console.log(JSON.stringify(await answer(() => import("unrolled"), JSON.parse(process.argv[2]))));
