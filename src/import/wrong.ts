import { FormatError, type FormatCode } from "../check.ts";

/** What ends a line, or shows as nothing; names in a file may hold it. */
const UNSEEN = /[\p{Cc}\u2028\u2029]+/gu;

/** What is not as it must be, in one line. */
export function wrong(code: FormatCode, label: string, expected: string | number, got: string | number): FormatError {
  return new FormatError(code, `${label}: expected ${expected}, got ${got}`.replace(UNSEEN, " "));
}
