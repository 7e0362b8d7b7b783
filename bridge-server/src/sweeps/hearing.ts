import type { LivePort } from '../live/port.js';
import type { GatewayListener } from '../mlflow/port.js';
import type { SweepService } from './service.js';

/** As `live`, and sweeps hear of every job that moves. */
export function heardByJobs(live: LivePort, sweeps: () => Pick<SweepService, 'jobChanged'>): LivePort {
  return {
    jobUpdated: (jobId, update) => live.jobUpdated(jobId, update),
    jobChanged: (userId, job, deleted) => {
      live.jobChanged(userId, job, deleted);
      sweeps().jobChanged(job);
    },
    datasetChanged: (userId, dataset, deleted) => live.datasetChanged(userId, dataset, deleted),
    datasetChangedForOthers: (ownerId, dataset, deleted) => live.datasetChangedForOthers(ownerId, dataset, deleted),
    datasetProfiled: (userId, profiled) => live.datasetProfiled(userId, profiled),
    sweepChanged: (userId, sweep, deleted) => live.sweepChanged(userId, sweep, deleted),
    logAppended: (jobId, offset, nextOffset, text) => live.logAppended(jobId, offset, nextOffset, text),
    mlflowChanged: (state) => live.mlflowChanged(state),
    seqOf: (jobId) => live.seqOf(jobId),
  };
}

/** As `listener`, and sweeps hear of every point. */
export function heardByGateway(listener: GatewayListener, sweeps: Pick<SweepService, 'pointsLogged'>): GatewayListener {
  return {
    jobOfRun: (runId) => listener.jobOfRun(runId),
    runOfJob: (jobId) => listener.runOfJob(jobId),
    mayResume: (jobId, earlierJobId) => listener.mayResume(jobId, earlierJobId),
    pointsLogged: (jobId, points, told) => {
      listener.pointsLogged(jobId, points, told);
      sweeps.pointsLogged(jobId, points);
    },
    claimRun: (jobId) => listener.claimRun(jobId),
    returnRun: (jobId) => listener.returnRun(jobId),
    labelOf: (runId) => listener.labelOf(runId),
    nestedRun: (jobId, runId, name) => listener.nestedRun(jobId, runId, name),
    runSaid: (jobId, runId, status) => listener.runSaid(jobId, runId, status),
    hasRoom: (jobId, keys) => listener.hasRoom(jobId, keys),
    pointsChanged: (workspace, runId) => listener.pointsChanged(workspace, runId),
    paramsLogged: (jobId, params) => listener.paramsLogged(jobId, params),
  };
}
