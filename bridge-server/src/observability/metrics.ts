import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Kysely } from 'kysely';
import type { AppParts } from '../http/app.js';
import type { Database } from '../storage/schema.js';

/** What Prometheus may ask of this bridge. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'kargah_http_requests_total',
    help: 'Requests answered',
    labelNames: ['endpoint', 'method', 'status'],
    registers: [this.#registry],
  });
  readonly #seconds = new Histogram({
    name: 'kargah_http_request_seconds',
    help: 'Time to answer',
    labelNames: ['endpoint'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [this.#registry],
  });

  constructor(db: Kysely<Database>, viewers: () => number) {
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({
      name: 'kargah_live_sockets',
      help: 'Open Socket.IO connections',
      registers: [this.#registry],
      collect() {
        this.set(viewers());
      },
    });
    new Gauge({
      name: 'kargah_jobs',
      help: 'Jobs by state',
      labelNames: ['state'],
      registers: [this.#registry],
      async collect() {
        const rows = await db
          .selectFrom('jobs')
          .select(['state', db.fn.countAll<number | string>().as('n')])
          .where('deleted_at', 'is', null)
          .groupBy('state')
          .execute();
        this.reset();
        for (const { state, n } of rows) this.set({ state }, Number(n));
      },
    });
  }

  readonly observe: NonNullable<AppParts['observe']> = ({ endpoint, method, status, seconds }) => {
    this.#requests.inc({ endpoint, method, status: String(status) });
    this.#seconds.observe({ endpoint }, seconds);
  };

  text(): Promise<string> {
    return this.#registry.metrics();
  }
  get contentType(): string {
    return this.#registry.contentType;
  }
}
