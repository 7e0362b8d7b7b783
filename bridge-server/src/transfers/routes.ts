import { route, type Route } from '../http/route.js';
import { copyJob, getTransfer, moveJob } from './contract.js';
import type { TransferService } from './service.js';

export function transferRoutes(transfers: TransferService): Route[] {
  return [
    route(moveJob, async ({ caller, params, body }) => ({
      status: 202,
      json: await transfers.job(caller, 'move', params.job_id, body.project_id),
    })),
    route(copyJob, async ({ caller, params, body }) => ({
      status: 202,
      json: await transfers.job(caller, 'copy', params.job_id, body.project_id),
    })),
    route(getTransfer, async ({ caller, params }) => ({
      status: 200,
      json: await transfers.get(caller, params.transfer_id),
    })),
  ];
}
