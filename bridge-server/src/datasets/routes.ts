import * as data from '../contract/datasets/dataset-data.js';
import * as contract from '../contract/datasets/datasets.js';
import * as intake from '../contract/datasets/intake.js';
import { route, type Route } from '../http/route.js';
import type { Catalogue } from './ingest/sources/catalogue.js';
import { sendFile } from '../http/answers/send-file.js';
import type { DatasetData } from './rows/data.js';
import type { Exports } from './rows/exports.js';
import type { DatasetService } from './list/service.js';
import type { UploadService } from './ingest/uploads/service.js';

export interface DatasetRoutesDeps {
  readonly datasets: DatasetService;
  readonly held: DatasetData;
  readonly exports: Exports;
  readonly catalogue: Catalogue;
  readonly uploads: UploadService;
}

export function datasetRoutes({ datasets, held, exports, catalogue, uploads }: DatasetRoutesDeps): readonly Route[] {
  return [
    route(contract.listDatasets, async ({ caller, query }) => ({
      status: 200,
      json: await datasets.list(caller, query),
    })),
    route(contract.getDataset, async ({ caller, params }) => ({
      status: 200,
      json: await datasets.get(caller, params.dataset_id),
    })),
    route(contract.patchDataset, async ({ caller, params, body }) => ({
      status: 200,
      json: await datasets.change(caller, params.dataset_id, body),
    })),
    route(contract.deleteDataset, async ({ caller, params }) => {
      const kept = await datasets.remove(caller, params.dataset_id);
      return kept === null ? { status: 204 } : { status: 200, json: kept };
    }),
    route(data.previewDataset, async ({ caller, params, query, gone }) => ({
      status: 200,
      json: await held.preview(caller, params.dataset_id, query, gone),
    })),
    route(data.queryDataset, async ({ caller, params, query, body, gone }) => ({
      status: 200,
      json: await held.query(caller, { datasetId: params.dataset_id, number: query.version }, body.sql, gone),
    })),
    route(data.previewReading, async ({ caller, params, query, body, gone }) => ({
      status: 200,
      json: await held.previewReading(caller, { datasetId: params.dataset_id, number: query.version }, body, gone),
    })),
    route(data.exportDataset, async ({ caller, params, query, res }) => {
      await exports.send(caller, params.dataset_id, query, res);
      return undefined;
    }),
    route(data.profileDataset, async ({ caller, params, query }) => ({
      status: 200,
      json: await held.profile(caller, params.dataset_id, query.version),
    })),
    route(data.datasetContent, async ({ caller, params, query, res }) => {
      const { path, filename, sha256 } = await held.content(caller, params.dataset_id, query.version);
      await sendFile(res, path, filename, sha256);
      return undefined;
    }),
    route(intake.listSources, async () => ({
      status: 200,
      json: { items: await catalogue.sources(), next_cursor: null },
    })),
    route(intake.importSource, async ({ caller, params }) => ({
      status: 201,
      json: await catalogue.take(caller, params.source_id),
    })),
    route(intake.tusOptions, () => Promise.resolve(uploads.options())),
    route(intake.tusCreate, ({ caller, req }) => uploads.create(caller, req)),
    route(intake.tusHead, ({ caller, params, req }) => uploads.head(caller, params.upload_id, req)),
    route(intake.tusPatch, ({ caller, params, req }) => uploads.patch(caller, params.upload_id, req)),
    route(intake.tusDelete, ({ caller, params, req }) => uploads.cancel(caller, params.upload_id, req)),
  ];
}
