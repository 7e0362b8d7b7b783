import type { Kysely } from 'kysely';
import * as datasets from '../../contract/datasets/datasets.js';
import * as contract from '../../contract/datasets/versions.js';
import { route, type Route } from '../../http/route.js';
import type { Database } from '../../storage/schema.js';
import type { Access } from '../records/access.js';
import { lineageOf } from '../list/lineage.js';
import type { VersionDiffs } from './diff.js';
import type { SharingService } from '../list/sharing.js';
import type { TransferService } from '../list/transfer.js';
import type { SplitService } from './splits.js';
import type { VersionService } from './versions.js';

export interface VersionRoutesDeps {
  readonly versions: VersionService;
  readonly splits: SplitService;
  readonly diffs: VersionDiffs;
  readonly sharing: SharingService;
  readonly transfers: TransferService;
  readonly lineage: { readonly db: Kysely<Database>; readonly access: Access };
}

export function versionRoutes({
  versions,
  splits,
  diffs,
  sharing,
  transfers,
  lineage,
}: VersionRoutesDeps): readonly Route[] {
  return [
    route(contract.listVersions, async ({ caller, params, query }) => ({
      status: 200,
      json: await versions.list(caller, params.dataset_id, query),
    })),
    route(contract.getVersion, async ({ caller, params }) => ({
      status: 200,
      json: await versions.get(caller, params.dataset_id, params.version),
    })),
    route(contract.rereadVersion, async ({ caller, params, body }) => ({
      status: 201,
      json: await versions.reread(caller, params.dataset_id, body),
    })),
    route(contract.deleteVersion, async ({ caller, params }) => ({
      status: 200,
      json: await versions.remove(caller, params.dataset_id, params.version),
    })),
    route(contract.diffVersions, async ({ caller, params, query, gone }) => ({
      status: 200,
      json: await diffs.between(caller, params.dataset_id, query, gone),
    })),
    route(contract.createSplit, async ({ caller, params, body }) => ({
      status: 201,
      json: await splits.create(caller, params.dataset_id, params.version, body),
    })),
    route(contract.datasetLineage, async ({ caller, params, query }) => ({
      status: 200,
      json: await lineageOf(lineage, caller, params.dataset_id, query),
    })),
    route(datasets.moveDataset, async ({ caller, params, body }) => ({
      status: 200,
      json: await transfers.move(caller, params.dataset_id, body.project_id),
    })),
    route(datasets.copyDataset, async ({ caller, params, body }) => ({
      status: 201,
      json: await transfers.copy(caller, params.dataset_id, body.project_id, body.name),
    })),
    route(datasets.getSharing, async ({ caller, params }) => ({
      status: 200,
      json: await sharing.get(caller, params.dataset_id),
    })),
    route(datasets.putSharing, async ({ caller, params, body }) => ({
      status: 200,
      json: await sharing.put(caller, params.dataset_id, body),
    })),
  ];
}
