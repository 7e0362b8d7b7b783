import type { Migration } from 'kysely';
import { first } from './0001-first.js';
import { queueAndSweeps } from './0002-queue-and-sweeps.js';
import { versionsOfDatasets } from './0003-versions-of-datasets.js';
import { runsOfJobs } from './0004-runs-of-jobs.js';
import { sessionsHashed } from './0005-sessions-hashed.js';
import { runsDeletedLater } from './0006-runs-deleted-later.js';
import { searchFoldsMore } from './0007-search-folds-more.js';
import { projectsWithMembers } from './0008-projects-with-members.js';
import { ledger } from './0009-ledger.js';
import { peopleAndTokens } from './0010-people-and-tokens.js';
import { deletedProjects } from './0011-deleted-projects.js';
import { settingsOfTheServer } from './0013-settings-of-the-server.js';
import { limitsAndKeys } from './0014-limits-and-keys.js';
import { registeredModels } from './0015-registered-models.js';
import { promotion } from './0016-promotion.js';
import { grants } from './0018-grants.js';
import { addressesOfInvitations } from './0019-addresses-of-invitations.js';
import { notesOfJobs } from './0022-notes-of-jobs.js';
import { modelCards } from './0023-model-cards.js';
import { leasesOfRequests } from './0024-leases-of-requests.js';
import { deletedJobs } from './0025-deleted-jobs.js';
import { outsideActs } from './0026-outside-acts.js';
import { transfers } from './0027-transfers.js';
import { judgedModels } from './0028-judged-models.js';

/** The one list of migrations, in order; a released one is never edited, and knows no code of today. */
export const migrations: Readonly<Record<string, Migration>> = {
  '001_first': first,
  '002_queue_and_sweeps': queueAndSweeps,
  '003_dataset_versions': versionsOfDatasets,
  '004_runs_of_jobs': runsOfJobs,
  '005_sessions_hashed': sessionsHashed,
  '006_runs_deleted_later': runsDeletedLater,
  '007_search_folds_more': searchFoldsMore,
  '008_projects_with_members': projectsWithMembers,
  '009_ledger': ledger,
  '010_people_and_tokens': peopleAndTokens,
  '011_deleted_projects': deletedProjects,
  '013_settings_of_the_server': settingsOfTheServer,
  '014_limits_and_keys': limitsAndKeys,
  '015_registered_models': registeredModels,
  '016_promotion': promotion,
  '018_grants': grants,
  '019_addresses_of_invitations': addressesOfInvitations,
  '022_notes_of_jobs': notesOfJobs,
  '023_model_cards': modelCards,
  '024_leases_of_requests': leasesOfRequests,
  '025_deleted_jobs': deletedJobs,
  '026_outside_acts': outsideActs,
  '027_transfers': transfers,
  '028_judged_models': judgedModels,
};
