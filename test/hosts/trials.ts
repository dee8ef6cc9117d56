// What is tried besides the suite: what a host is expected to say, and what it said.
export interface Trial {
  readonly host: string;
  readonly what: string;
  readonly expected: string;
  readonly said: string;
}

export class Trials {
  readonly all: Trial[] = [];

  /** Runs a trial; it passes where what it says has `expected` in it. */
  async expect(host: string, what: string, expected: string, run: () => string | Promise<string>): Promise<void> {
    const said = (await Promise.resolve().then(run).catch(String)).trim();
    this.all.push({ host, what, expected, said });
    console.log(`${host}, ${what}: ${said.includes(expected) ? "as expected" : "FAILED"}: ${said}`);
  }

  get failed(): Trial[] {
    return this.all.filter((t) => !t.said.includes(t.expected));
  }
}
