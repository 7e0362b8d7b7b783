import { deleteSweep, getSweep, listSweeps, startSweep, stopSweep } from '../contract/training/sweeps.js';
import { route, type Route } from '../http/route.js';
import type { SweepService } from './service.js';

export function sweepRoutes(sweeps: SweepService): Route[] {
  return [
    route(startSweep, async ({ caller, body }) => ({ status: 201, json: await sweeps.submit(caller, body) })),
    route(listSweeps, async ({ caller, query }) => ({ status: 200, json: await sweeps.list(caller, query) })),
    route(getSweep, async ({ caller, params }) => ({ status: 200, json: await sweeps.get(caller, params.sweep_id) })),
    route(stopSweep, async ({ caller, params }) => ({
      status: 202,
      json: await sweeps.requestStop(caller, params.sweep_id),
    })),
    route(deleteSweep, async ({ caller, params }) => {
      await sweeps.delete(caller, params.sweep_id);
      return { status: 204 };
    }),
  ];
}
