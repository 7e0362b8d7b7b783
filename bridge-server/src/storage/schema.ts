import type { Generated } from 'kysely';

/**
 * Tables of the bridge, the same on SQLite and PostgreSQL: ids and times (RFC 3339 UTC) as text, JSON as text, truth as 0 or 1.
 * The tables of accounts (`user`, `account`, `verification`) are better-auth's own and are made by its migration.
 */
export interface Database {
  projects: ProjectTable;
  project_members: ProjectMemberTable;
  invitations: InvitationTable;
  outside_acts: OutsideActTable;
  sessions: SessionTable;
  devices: DeviceTable;
  api_tokens: ApiTokenTable;
  uploads: UploadTable;
  datasets: DatasetTable;
  jobs: JobTable;
  job_runs: JobRunTable;
  deleted_runs: DeletedRunTable;
  job_events: JobEventTable;
  sweeps: SweepTable;
  dataset_versions: DatasetVersionTable;
  dataset_splits: DatasetSplitTable;
  grants: GrantTable;
  connections: ConnectionTable;
  ledger: LedgerTable;
  reset_links: ResetLinkTable;
  server_settings: ServerSettingTable;
  limits: LimitTable;
  token_keys: TokenKeyTable;
  registered_models: RegisteredModelTable;
  model_versions: ModelVersionTable;
  model_aliases: ModelAliasTable;
  model_rules: ModelRulesTable;
  model_stages: ModelStageTable;
  model_moves: ModelMoveTable;
  model_requests: ModelRequestTable;
  model_outbox: ModelOutboxTable;
  model_cards: ModelCardTable;
  transfers: TransferTable;
}

export interface ProjectTable {
  project_id: string;
  name: string;
  workspace: string;
  workspace_ready: number;
  created_at: string;
  /** Rises with every change of its members; whoever changes them writes it first, so that changes come one after another. */
  revision: Generated<number>;
  /** It is there for nobody then, but its owners may restore it until it is purged. */
  deleted_at: string | null;
  deleted_by: string | null;
  /** Since when it is being taken away for good; nothing brings it back then. */
  purging_at: string | null;
}
export interface ProjectMemberTable {
  project_id: string;
  user_id: string;
  role: 'owner' | 'editor' | 'viewer';
  created_at: string;
}
/** An act that MLflow is being asked for; what it became is told to the ledger. */
export interface OutsideActTable {
  act_id: string;
  begun_at: string;
  act_json: string;
}
/** A way into a project for one person; the token itself is kept nowhere. */
export interface InvitationTable {
  invitation_id: string;
  project_id: string;
  role: ProjectMemberTable['role'];
  sha256: string;
  created_by: string;
  created_at: string;
  expires_at: string;
  used_at: string | null;
  used_by: string | null;
  revoked_at: string | null;
  /** The address that its link was sent to. */
  sent_to: string | null;
}
export interface SessionTable {
  session_id: string;
  user_id: string;
  /** Of the newest refresh token. */
  token_sha256: string;
  /** How often it was replaced. */
  generation: number;
  rotated_at: string;
  created_at: string;
  expires_at: string;
  user_agent: string | null;
}
/** A browser that signed somebody in. */
export interface DeviceTable {
  sha256: string;
  user_id: string;
  last_used_at: string;
}
export interface ApiTokenTable {
  token_id: string;
  user_id: string;
  name: string;
  sha256: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  /** What it may do; null: all that its person may, as every token before there were scopes. */
  scopes_json: string | null;
  /** The only project that it reaches; null: all of its person's. */
  project_id: string | null;
  /** The address that it was last used from. */
  last_used_from: string | null;
}
/** With its token somebody sets a new password, once. */
export interface ResetLinkTable {
  sha256: string;
  user_id: string;
  created_at: string;
  expires_at: string;
}
/** What an administrator set while the server ran, in place of its setting. */
export interface ServerSettingTable {
  name: string;
  value_json: string;
  changed_at: string;
}
/** How much a person (`person/<id>`) or a project (`project/<id>`) may use; null: as everybody. */
export interface LimitTable {
  subject: string;
  jobs: number | null;
  cpus: number | null;
  gpus: number | null;
  bytes: number | null;
  changed_at: string;
}
/** A key that tokens are signed with follows from the server's secret and its seed, which is no secret by itself. */
export interface TokenKeyTable {
  seed: string;
  created_at: string;
}
/** What was done; rows are only added, and each follows from the one before (`ledger/chain.ts`). */
export interface LedgerTable {
  seq: number;
  at: string;
  actor_kind: 'user' | 'job' | 'server';
  actor_id: string;
  actor_name: string;
  credential: string | null;
  on_behalf_of: string | null;
  action: string;
  object_kind: string;
  object_id: string;
  project_id: string | null;
  before_json: string | null;
  after_json: string | null;
  reason: string | null;
  count: number;
  request_id: string | null;
  from_address: string | null;
  previous_hash: string;
  hash: string;
}
export interface UploadTable {
  upload_id: string;
  user_id: string;
  project_id: string;
  filename: string;
  name: string;
  size_bytes: number;
  created_at: string;
  expires_at: string;
  dataset_id: string | null;
  /** The version that the bytes will be. */
  version_id: string | null;
}
export interface DatasetTable {
  dataset_id: string;
  project_id: string;
  user_id: string;
  owner_name: string;
  name: string;
  /** Name and file name as search compares them: letters, digits and case folded. */
  search_text: string;
  filename: string;
  /** `csv | parquet | jsonl | images`; null until read. */
  format: string | null;
  kind: string | null;
  size_bytes: number;
  sha256: string | null;
  rows: number | null;
  columns: number | null;
  encoding: string | null;
  suggested_target: string | null;
  warnings_json: string;
  profile_json: string | null;
  state: string;
  error_json: string | null;
  source_id: string | null;
  created_at: string;
  deleted_at: string | null;
  /** The version whose facts the columns above repeat: the newest ready one, or the first while none is. */
  head_version_id: string;
  tags_json: string;
  /** `nobody | people | everyone`: what its grants come to, for lists. */
  shared: string;
}
/** One immutable state of a dataset. */
export interface DatasetVersionTable {
  version_id: string;
  dataset_id: string;
  project_id: string;
  number: number;
  /** Names the folder that holds its files; versions of the same bytes and options share one. */
  content_id: string;
  state: string;
  filename: string;
  format: string | null;
  kind: string | null;
  size_bytes: number;
  sha256: string | null;
  data_sha256: string | null;
  rows: number | null;
  columns: number | null;
  encoding: string | null;
  /** How it was asked to be read; `reading_json` says how it was. */
  asked_json: string;
  reading_json: string;
  /** What was made of the file (typed table or images, previews); 0 until it is read. */
  derived_bytes: number;
  suggested_target: string | null;
  warnings_json: string;
  profile_json: string | null;
  error_json: string | null;
  origin_json: string;
  user_id: string;
  owner_name: string;
  created_at: string;
  deleted_at: string | null;
  freed_at: string | null;
}
export interface DatasetSplitTable {
  split_id: string;
  version_id: string;
  spec_json: string;
  counts_json: string;
  sha256: string;
  warnings_json: string;
  is_default: number;
  created_at: string;
}
/** What somebody who is no member may do with one object. */
export interface GrantTable {
  object_kind: string;
  object_id: string;
  grantee_kind: 'person' | 'project' | 'everyone';
  /** Empty for everyone. */
  grantee_id: string;
  permission: string;
  granted_by: string;
  created_at: string;
}
/** A database to read from; its address, password and all, is encrypted with the server's secret. */
export interface ConnectionTable {
  connection_id: string;
  project_id: string;
  user_id: string;
  name: string;
  kind: string;
  address: string;
  sealed_url: string;
  created_at: string;
}
/** A run that a script opened below its job's own. */
export interface JobRunTable {
  run_id: string;
  job_id: string;
  /** What its metrics are called by among the job's: its name, made unique within the job. */
  label: string;
  /** As the script ended it; null before. */
  status: string | null;
}
/** A run of MLflow whose job or sweep is deleted, and which is still to be deleted itself, with what lies below it. */
export interface DeletedRunTable {
  run_id: string;
  workspace: string;
  /** Null where nothing lies below it. */
  experiment_id: string | null;
}
export interface JobTable {
  job_id: string;
  project_id: string;
  user_id: string;
  owner_name: string;
  name: string;
  /** The name as search compares it: letters, digits and case folded. */
  search_text: string;
  state: string;
  recipe: string | null;
  script_json: string | null;
  dataset_id: string | null;
  dataset_name: string | null;
  dataset_version_id: string | null;
  dataset_version: number | null;
  dataset_sha256: string | null;
  split_id: string | null;
  params_json: string;
  resources_json: string | null;
  progress_json: string;
  metrics_json: string;
  message: string | null;
  error_json: string | null;
  exit_code: number | null;
  signal: string | null;
  peak_memory_bytes: number | null;
  cpu_seconds: number | null;
  mlflow_run_id: string | null;
  mlflow_experiment_id: string | null;
  /** 1 once a script has asked for a run and was given the job's own: a later one is another. */
  run_given: Generated<number>;
  /** How the script itself ended the job's own run, `FINISHED | FAILED | KILLED`; null while it has not. */
  run_said: string | null;
  /** How many metrics it has logged, of which `metrics_json` has the first. */
  metric_count: Generated<number>;
  /** How the MLflow run is still to be ended (`FINISHED | FAILED | KILLED`): MLflow was away when the job ended. */
  mlflow_end_pending: string | null;
  model_json: string | null;
  parent_job_id: string | null;
  priority: string;
  /** Which GPUs a job that holds a place was given, as CUDA calls them. */
  gpus_json: string | null;
  launch: string | null;
  launch_note_json: string | null;
  resumed_from: string | null;
  /** 1 when the ended job left a checkpoint that a new one may go on from. */
  has_checkpoint: number;
  sweep_id: string | null;
  /** A trial that its sweep ended early: 1. */
  pruned: number;
  /** Which version of a model it judges; null for a job that trains. */
  judged: string | null;
  /** What people wrote about it. */
  note: Generated<string>;
  tags_json: Generated<string>;
  /** 1 while its MLflow run has not been told of its name, note and tags. */
  labels_pending: Generated<number>;
  /** It can still be restored; null: nobody deleted it. */
  deleted_at: string | null;
  /** The job that it is a copy of. */
  copied_from: string | null;
  /** Rises with every launch: what an older launch of this job says no longer counts. */
  fence: number;
  token_sha256: string | null;
  handle_json: string | null;
  stop_requested_at: string | null;
  created_at: string;
  started_at: string | null;
  first_step_at: string | null;
  ended_at: string | null;
}
export interface JobEventTable {
  event_id: Generated<number>;
  job_id: string;
  at: string;
  from_state: string | null;
  to_state: string;
  detail: string | null;
  detail_fa: string | null;
}

export interface SweepTable {
  sweep_id: string;
  project_id: string;
  user_id: string;
  owner_name: string;
  name: string;
  state: string;
  recipe: string;
  dataset_id: string;
  dataset_name: string;
  dataset_version_id: string | null;
  dataset_version: number | null;
  split_id: string | null;
  params_json: string;
  space_json: string;
  method: string;
  pruner: string;
  /** Both empty until the first job has said what it keeps its weights by. */
  metric_key: string;
  metric_mode: string;
  trials: number;
  parallel: number;
  seed: number;
  resources_json: string | null;
  best_json: string | null;
  error_json: string | null;
  mlflow_run_id: string | null;
  mlflow_experiment_id: string | null;
  mlflow_end_pending: string | null;
  created_at: string;
  ended_at: string | null;
}

/** A registered model, as MLflow's registry last had it. */
export interface RegisteredModelTable {
  project_id: string;
  name: string;
  /** Name and description as search compares them. */
  search_text: string;
  description: string;
  tags_json: string;
  created_at: string;
  updated_at: string;
}
/** A version of it. */
export interface ModelVersionTable {
  project_id: string;
  name: string;
  version: number;
  /** The version with leading zeros, so that texts compare as numbers do. */
  place: string;
  description: string;
  tags_json: string;
  source: string;
  status: string;
  run_id: string | null;
  model_id: string | null;
  job_id: string | null;
  /** What it was made from, as its job said it; stays when the job is deleted. */
  lineage_json: string | null;
  registered_by: string | null;
  registered_name: string | null;
  created_at: string;
  updated_at: string;
}
/** An alias, as MLflow's registry last had it. */
export interface ModelAliasTable {
  project_id: string;
  name: string;
  alias: string;
  version: number;
}
/** What a project asks before a protected alias moves. */
export interface ModelRulesTable {
  project_id: string;
  rules_json: string;
  revision: number;
  changed_by: string;
  changed_name: string;
  changed_at: string;
}
/** Where a protected alias points: the truth, which MLflow follows. */
export interface ModelStageTable {
  project_id: string;
  name: string;
  alias: string;
  version: number | null;
  /** Which version that is, whoever has its number later; null where it points nowhere. */
  identity: string | null;
  /** Rises with every move; whoever moves it names the one that they saw. */
  revision: number;
  /** Where it pointed before, for rolling back, the newest last. */
  earlier_json: string;
  since: string;
  by_id: string;
  by_name: string;
}
/** A move of a protected alias. */
export interface ModelMoveTable {
  move_id: string;
  project_id: string;
  name: string;
  alias: string;
  revision: number;
  kind: string;
  from_version: number | null;
  to_version: number | null;
  request_id: string | null;
  why: string;
  by_id: string;
  by_name: string;
  at: string;
}
export interface ModelRequestTable {
  request_id: string;
  project_id: string;
  name: string;
  version: number;
  /** Which version that was, whoever has its number later. */
  identity: string;
  alias: string;
  state: string;
  why: string;
  checks_json: string;
  /** Where the alias pointed when it was asked for. */
  from_version: number | null;
  from_revision: number;
  requested_by: string;
  requested_name: string;
  requested_at: string;
  decided_by: string | null;
  decided_name: string | null;
  decided_at: string | null;
  reason: string | null;
  /** While its checks run, the bridge that runs them raises it. */
  check_beat: Generated<number>;
}
/** What was written on a version's card, one row for each time: the last one is what it says. */
export interface ModelCardTable {
  project_id: string;
  version: number;
  /** Which version that is, whoever has its number later, and whatever its model is called. */
  identity: string;
  revision: number;
  /** The revision with leading zeros, so that texts compare as numbers do. */
  place: string;
  fields_json: string;
  /** What was known of the version then, for when less is. */
  facts_json: string;
  changed_by: string;
  changed_name: string;
  changed_at: string;
}
/** A protected alias that MLflow has not followed yet. */
export interface ModelOutboxTable {
  project_id: string;
  name: string;
  alias: string;
  revision: number;
}
/** Something that is moved or copied to another project. */
export interface TransferTable {
  transfer_id: string;
  /** Where it comes from. */
  project_id: string;
  to_project_id: string;
  act: 'move' | 'copy';
  kind: 'job';
  object_id: string;
  /** Who asked for it. */
  actor_json: string;
  state: 'running' | 'done' | 'failed';
  /** 1 while something of it is still to be taken away: of what failed there, of what was moved here. */
  clearing: number;
  /** Its jobs, and what was made of each so far. */
  items_json: string;
  result_id: string;
  error_json: string | null;
  created_at: string;
  ended_at: string | null;
}
