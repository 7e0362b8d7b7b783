interface Lane {
  busy: number;
  readonly waiting: (() => void)[];
}

/** So many at once of each person's; further ones wait, and leave when they are given up. */
export class Turns {
  private readonly lanes = new Map<string, Lane>();

  constructor(private readonly atOnce: number) {}

  async take<T>(who: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const lane = this.lanes.get(who) ?? { busy: 0, waiting: [] };
    this.lanes.set(who, lane);
    if (lane.busy >= this.atOnce) await called(lane, signal);
    else lane.busy += 1;
    try {
      return await work();
    } finally {
      // Who waits takes over the place.
      const next = lane.waiting.shift();
      if (next) next();
      else lane.busy -= 1;
      if (lane.busy === 0) this.lanes.delete(who);
    }
  }
}

function called(lane: Lane, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = (): void => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    const leave = (): void => {
      lane.waiting.splice(lane.waiting.indexOf(call), 1);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', leave, { once: true });
    lane.waiting.push(call);
  });
}
