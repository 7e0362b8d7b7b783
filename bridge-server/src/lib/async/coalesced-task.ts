/** Runs a step whenever it is asked to, never twice at once; what is asked for meanwhile makes it run once more. */
export class CoalescedTask {
  #asked = false;
  #running: Promise<void> | null = null;

  constructor(readonly step: () => Promise<void>) {}

  /** Resolves when a whole step has passed that began after this call. */
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
