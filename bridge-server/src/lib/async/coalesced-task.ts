/** Runs a step when it is asked to, never twice at once: requests during a run are merged into one more run. */
export class CoalescedTask {
  #asked = false;
  #running: Promise<void> | null = null;

  constructor(readonly step: () => Promise<void>) {}

  /** Resolves at the end of a step that began after this call. */
  run(): Promise<void> {
    this.#asked = true;
    this.#running ??= this.#steps();
    return this.#running;
  }

  async #steps(): Promise<void> {
    try {
      while (this.#asked) {
        this.#asked = false;
        await this.step();
      }
    } finally {
      this.#running = null;
    }
  }
}
