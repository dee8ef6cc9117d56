import { existsSync } from "node:fs";

/** Debian's packages, by a file of each. */
export const DEBIAN: Readonly<Record<string, string>> = {
  chromium: "/usr/bin/chromium",
  "firefox-esr": "/usr/bin/firefox-esr",
  pulseaudio: "/usr/bin/pulseaudio",
  "pulseaudio-utils": "/usr/bin/paplay",
  ffmpeg: "/usr/bin/ffmpeg",
  "espeak-ng": "/usr/bin/espeak-ng",
  "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
};

/** Which of Debian's packages is not there. */
export function lackOf(packages: readonly string[]): string | undefined {
  const missing = packages.filter((name) => !existsSync(DEBIAN[name]));
  return missing.length ? `no ${missing.join(", ")}` : undefined;
}
