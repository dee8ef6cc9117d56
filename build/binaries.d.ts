/** The compiled modules as base64, written by build.ts. */
export const base: string;
export const relaxed: string;
export const integer: string;
