import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { aliases } from '../contract/index.js';
import { deleteJobs, restoreJobs } from '../contract/training/deletion.js';
import { jobLogs, searchLogs } from '../contract/training/logs.js';
import { jobMetricNames, jobMetrics } from '../contract/training/metrics.js';
import { jobModel } from '../contract/training/model-file.js';
import { planTrain } from '../contract/training/plans.js';
import { jobAgainst } from '../contract/training/paired.js';
import { jobReport, jobReportRows } from '../contract/training/report.js';
import { listPythons } from '../contract/training/pythons.js';
import { listRecipes } from '../contract/training/recipes.js';
import {
  cloneJob,
  deleteJob,
  getJob,
  listJobEvents,
  listJobs,
  patchJob,
  resumeJob,
  stopJob,
  train,
} from '../contract/training/training.js';
import { sendFile } from '../http/answers/send-file.js';
import { route, type Route } from '../http/route.js';
import { answerLog } from './logs/log-answer.js';
import { historyJson, namesOf } from './points/answer.js';
import type { TrainingService } from './service.js';

export function trainingRoutes(training: TrainingService): Route[] {
  return [
    route(listRecipes, async () => ({
      status: 200,
      json: { items: [...(await training.recipes.list())], next_cursor: null },
    })),
    route(train, async ({ caller, body }) => ({ status: 201, json: await training.submit(caller, body) })),
    route(aliases.shortTrain, async ({ caller, body }) => ({ status: 201, json: await training.submit(caller, body) })),
    route(planTrain, async ({ caller, body }) => ({ status: 200, json: await training.plan(caller, body) })),
    route(listPythons, async () => ({
      status: 200,
      json: { items: [...(await training.pythons.list())], next_cursor: null },
    })),
    route(listJobs, async ({ caller, query }) => ({ status: 200, json: await training.list(caller, query) })),
    route(aliases.shortJobs, async ({ caller, query }) => ({ status: 200, json: await training.list(caller, query) })),
    route(getJob, async ({ caller, params }) => ({ status: 200, json: await training.get(caller, params.job_id) })),
    route(aliases.shortStatus, async ({ caller, query }) => ({
      status: 200,
      json: await training.get(caller, query.job_id),
    })),
    route(patchJob, async ({ caller, params, body }) => ({
      status: 200,
      json: await training.label(caller, params.job_id, body),
    })),
    route(deleteJob, async ({ caller, params }) => {
      await training.delete(caller, params.job_id);
      return { status: 204 };
    }),
    route(deleteJobs, async ({ caller, body }) => ({
      status: 200,
      json: await training.deletion.delete(caller, body.job_ids),
    })),
    route(restoreJobs, async ({ caller, body }) => ({
      status: 200,
      json: await training.deletion.restore(caller, body.job_ids),
    })),
    route(stopJob, async ({ caller, params }) => ({
      status: 202,
      json: await training.requestStop(caller, params.job_id),
    })),
    route(aliases.shortStop, async ({ caller, body }) => ({
      status: 202,
      json: await training.requestStop(caller, body.job_id),
    })),
    route(cloneJob, async ({ caller, params, body }) => ({
      status: 201,
      json: await training.clone(caller, params.job_id, body),
    })),
    route(resumeJob, async ({ caller, params, body }) => ({
      status: 201,
      json: await training.resume(caller, params.job_id, body),
    })),
    route(listJobEvents, async ({ caller, params }) => {
      const events = await training.events(caller, params.job_id);
      const items = events.map(({ from_state: from, to_state: to, event_id, at, detail, detail_fa }) => {
        return { event_id, at, from, to, detail, detail_fa };
      });
      return { status: 200, json: { items, next_cursor: null } };
    }),
    route(jobMetrics, async ({ caller, params, query, res }) => {
      const { columns, seq } = await training.metrics(caller, params.job_id);
      const wanted = query.key === undefined ? null : new Set([query.key].flat());
      const series = columns.series((key) => wanted?.has(key) ?? true);
      const { buckets } = query;
      const shown = buckets === undefined ? series : series.map((one) => columns.thinned(one, buckets));
      res.setHeader('Content-Type', 'application/json; charset=utf-8');
      await pipeline(Readable.from(historyJson(columns, shown, seq)), res);
      return undefined;
    }),
    route(jobMetricNames, async ({ caller, params, query }) => {
      const { columns } = await training.metrics(caller, params.job_id);
      return { status: 200, json: namesOf(columns, query) };
    }),
    route(jobLogs, async ({ caller, params, query, req, res }) => {
      await training.requireJob(caller, 'job.read', params.job_id);
      await answerLog(training.logs, params.job_id, query, { req, res });
      return undefined;
    }),
    route(searchLogs, async ({ caller, params, query, gone }) => {
      await training.requireJob(caller, 'job.read', params.job_id);
      const asked = { wanted: query.q, offset: query.offset, limit: query.limit };
      const asker = { userId: caller.userId, signal: gone };
      return { status: 200, json: await training.logs.search(params.job_id, asked, asker) };
    }),
    route(jobReport, async ({ caller, params }) => ({
      status: 200,
      json: await training.models.report(caller, params.job_id),
    })),
    route(jobReportRows, async ({ caller, params, res }) => {
      const rows = await training.models.reportRows(caller, params.job_id);
      res.setHeader('Content-Type', jobReportRows.responses[200].mediaType);
      await pipeline(Readable.fromWeb(rows), res);
      return undefined;
    }),
    route(jobAgainst, async ({ caller, params, query }) => ({
      status: 200,
      json: await training.models.against(caller, [params.job_id, params.other_id], query.metric ?? null),
    })),
    route(jobModel, async ({ caller, params, query, res }) => {
      const wanted = { format: query.format, unchecked: query.unchecked === 'true' };
      await training.models.download(caller, params.job_id, wanted, ({ path, sha256 }, filename) =>
        sendFile(res, path, filename, sha256),
      );
      return undefined;
    }),
  ];
}
