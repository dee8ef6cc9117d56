import { FormatError, type FormatCode } from "../check.ts";

/** What is not as it must be, in one line. */
export function wrong(code: FormatCode, label: string, expected: string | number, got: string | number): FormatError {
  return new FormatError(code, `${label}: expected ${expected}, got ${got}`);
}
