/// <reference types="vite/client" />

/** The address of a model, its weights rounded to int8. */
declare module "*?int8" {
  const address: string;
  export default address;
}
