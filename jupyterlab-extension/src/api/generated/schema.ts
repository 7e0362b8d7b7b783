// Made by `npm run generate` from the bridge's contract; do not edit.
export interface paths {
  '/docs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The interactive description */
    get: operations['docs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/healthz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The process is alive */
    get: operations['healthz'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Prometheus */
    get: operations['metrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This description */
    get: operations['openapi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/readyz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Database and MLflow reachable */
    get: operations['readyz'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Answers the proxy’s probe and says nothing */
    get: operations['root'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/system': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What this machine offers and uses */
    get: operations['system'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/tokens': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Own personal API tokens */
    get: operations['listTokens'];
    put?: never;
    /** Make a personal API token; its value is shown once */
    post: operations['createToken'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/sessions/{session_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** End one of the own sessions */
    delete: operations['deleteSession'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/tokens/{token_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Revoke a personal API token */
    delete: operations['deleteToken'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/sessions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Own open sessions */
    get: operations['listSessions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/login': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sign in */
    post: operations['login'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/logout': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End the session */
    post: operations['logout'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who am I */
    get: operations['me'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/mlflow-session': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sign this browser in to the MLflow page */
    post: operations['openMlflow'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/refresh': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A fresh access token from the refresh cookie */
    post: operations['refresh'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/register': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Make an account; the first one becomes admin */
    post: operations['register'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/content': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The original file; takes Range */
    get: operations['datasetContent'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One dataset */
    get: operations['getDataset'];
    put?: never;
    post?: never;
    /** Delete a dataset; jobs and models stay */
    delete: operations['deleteDataset'];
    options?: never;
    head?: never;
    /** Rename a dataset */
    patch: operations['patchDataset'];
    trace?: never;
  };
  '/api/v1/sources/{source_id}/import': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Make a dataset from the catalogue */
    post: operations['importSource'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Datasets of mine, newest first */
    get: operations['listDatasets'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sources': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The catalogue of ready datasets */
    get: operations['listSources'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Rows from an offset */
    get: operations['previewDataset'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/profile': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Columns and their figures */
    get: operations['profileDataset'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/uploads': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begin an upload */
    post: operations['tusCreate'];
    delete?: never;
    /** tus capabilities */
    options: operations['tusOptions'];
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/uploads/{upload_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Cancel an upload */
    delete: operations['tusDelete'];
    options?: never;
    /** How far an upload is */
    head: operations['tusHead'];
    /** Send the next chunk (at most 8 MiB through Jupyter) */
    patch: operations['tusPatch'];
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}/clone': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Start the same again, with changes */
    post: operations['cloneJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One job */
    get: operations['getJob'];
    put?: never;
    post?: never;
    /** Delete an ended job with its folder and run */
    delete: operations['deleteJob'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}/logs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Log bytes from an offset, or by Range; `Kargah-Log-Size` tells the whole size */
    get: operations['jobLogs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** History of every metric, from MLflow */
    get: operations['jobMetrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}/model': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The trained model: a torch.export `.pt2` file, or the whole MLflow model as a zip */
    get: operations['jobModel'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every change of state */
    get: operations['listJobEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Jobs of mine, newest first */
    get: operations['listJobs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/pythons': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Python environments that may run a job: the default and those of Jupyter kernels */
    get: operations['listPythons'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/recipes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Training recipes and their parameters */
    get: operations['listRecipes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/plan': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What `train` would run, without running it */
    post: operations['planTrain'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Go on from the last checkpoint of an ended job, as a new job */
    post: operations['resumeJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}/logs/search': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lines of the log that hold a text, whatever its case */
    get: operations['searchLogs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}/stop': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Stop for certain; answers at once, `stopped` follows */
    post: operations['stopJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Start a training job */
    post: operations['train'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/sweeps/{sweep_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One sweep; its jobs are `GET /api/v1/train/jobs?sweep_id=` */
    get: operations['getSweep'];
    put?: never;
    post?: never;
    /** Delete an ended sweep with its jobs */
    delete: operations['deleteSweep'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/sweeps': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Sweeps of mine, newest first */
    get: operations['listSweeps'];
    put?: never;
    /** Try several settings of a recipe */
    post: operations['startSweep'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/sweeps/{sweep_id}/stop': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begin no further job and stop those that run */
    post: operations['stopSweep'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Models that my jobs trained, newest first */
    get: operations['listModels'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/register': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Make an account; the first one becomes admin */
    post: operations['shortRegister'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/auth/login': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sign in */
    post: operations['shortLogin'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/train': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Start a training job */
    post: operations['shortTrain'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/train/jobs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Jobs of mine, newest first */
    get: operations['shortJobs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/train/status': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One job */
    get: operations['shortStatus'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/train/stop': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Stop a job */
    post: operations['shortStop'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    CreateTokenRequest: {
      name: string;
      /** @default 90 */
      expires_in_days: number;
    };
    LoginRequest: {
      email: string;
      password: string;
    };
    RegisterRequest: {
      /** Format: email */
      email: string;
      password: string;
      name?: string;
    };
    RenameDatasetRequest: {
      name: string;
    };
    CloneRequest: {
      name?: string;
      params?: {
        [key: string]: unknown;
      };
    };
    /** @enum {string} */
    JobState: 'queued' | 'starting' | 'running' | 'stopping' | 'succeeded' | 'failed' | 'stopped' | 'lost';
    TrainRequest: {
      name?: string;
      recipe?: string;
      script?: {
        path: string;
        /** @default [] */
        args: string[];
      };
      dataset_id?: string;
      /** @default {} */
      params: {
        [key: string]: unknown;
      };
      resources?: components['schemas']['Resources'];
      priority?: components['schemas']['Priority'];
    };
    Resources: {
      cpus?: number;
      memory_mb?: number;
      gpus?: number;
      time_limit_seconds?: number;
      python?: string;
    };
    /** @enum {string} */
    Priority: 'low' | 'normal' | 'high';
    ResumeRequest: {
      name?: string;
      params?: {
        [key: string]: unknown;
      };
    };
    SweepRequest: {
      name?: string;
      recipe: string;
      dataset_id: string;
      /** @default {} */
      params: {
        [key: string]: unknown;
      };
      space: {
        [key: string]: components['schemas']['SweepDimension'];
      };
      /** @default tpe */
      method: components['schemas']['SweepMethod'];
      /** @default median */
      pruner: components['schemas']['SweepPruner'];
      /** @default 20 */
      trials: number;
      /** @default 2 */
      parallel: number;
      /** @default 0 */
      seed: number;
      resources?: components['schemas']['Resources'];
    };
    SweepDimension:
      | {
          /** @constant */
          kind: 'choice';
          values: (string | number | boolean)[];
        }
      | {
          /** @constant */
          kind: 'float';
          low: number;
          high: number;
          /** @default false */
          log: boolean;
        }
      | {
          /** @constant */
          kind: 'int';
          low: number;
          high: number;
          /** @default false */
          log: boolean;
        };
    /** @enum {string} */
    SweepMethod: 'grid' | 'random' | 'tpe';
    /** @enum {string} */
    SweepPruner: 'none' | 'median' | 'successive_halving';
    StopRequest: {
      job_id: string;
    };
    Progress: {
      fraction: number | null;
      epoch: number | null;
      epochs: number | null;
      step: number | null;
      steps: number | null;
      eta_seconds: number | null;
    };
    MetricPoint: {
      key: string;
      value: components['schemas']['MetricValue'];
      step: number;
      timestamp: number;
    };
    MetricValue: number | ('NaN' | 'Infinity' | '-Infinity');
    Job: {
      job_id: string;
      name: string;
      state: components['schemas']['JobState'];
      recipe: string | null;
      script: {
        path: string;
        args: string[];
      } | null;
      dataset_id: string | null;
      dataset_name: string | null;
      params: {
        [key: string]: unknown;
      };
      resources: components['schemas']['Resources'] | null;
      progress: components['schemas']['Progress'];
      metrics: {
        [key: string]: number | null;
      };
      message: string | null;
      priority: components['schemas']['Priority'];
      queue_position: number | null;
      waiting: components['schemas']['Failure'] | null;
      launch: components['schemas']['LaunchKind'] | null;
      launch_note: components['schemas']['Failure'] | null;
      error: components['schemas']['Failure'] | null;
      exit_code: number | null;
      signal: string | null;
      peak_memory_bytes: number | null;
      cpu_seconds: number | null;
      mlflow_run_id: string | null;
      mlflow_experiment_id: string | null;
      has_model: boolean;
      can_resume: boolean;
      parent_job_id: string | null;
      resumed_from: string | null;
      sweep_id: string | null;
      owner: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      started_at: string | null;
      first_step_at: string | null;
      ended_at: string | null;
    };
    Failure: {
      code: components['schemas']['ErrorCode'];
      detail: string;
      detail_fa: string;
      params?: {
        [key: string]: string | number;
      };
    };
    /** @enum {string} */
    ErrorCode:
      | 'validation_failed'
      | 'malformed_json'
      | 'payload_too_large'
      | 'unsupported_media_type'
      | 'method_not_allowed'
      | 'not_found'
      | 'conflict'
      | 'rate_limited'
      | 'internal'
      | 'storage_full'
      | 'shutting_down'
      | 'unauthenticated'
      | 'token_expired'
      | 'session_expired'
      | 'bad_credentials'
      | 'forbidden'
      | 'client_header_missing'
      | 'email_taken'
      | 'weak_password'
      | 'common_password'
      | 'upload_offset_mismatch'
      | 'upload_locked'
      | 'upload_gone'
      | 'upload_protocol'
      | 'file_too_large'
      | 'unsupported_format'
      | 'empty_file'
      | 'not_tabular'
      | 'ragged_rows'
      | 'too_many_columns'
      | 'no_rows'
      | 'bad_encoding'
      | 'invalid_json_line'
      | 'archive_unsafe'
      | 'archive_bomb'
      | 'archive_no_images'
      | 'archive_one_class'
      | 'damaged_file'
      | 'reader_limit'
      | 'dataset_not_ready'
      | 'dataset_failed'
      | 'dataset_deleted'
      | 'dataset_wrong_kind'
      | 'range_not_satisfiable'
      | 'unknown_recipe'
      | 'target_required'
      | 'target_missing'
      | 'target_constant'
      | 'target_all_missing'
      | 'target_not_numeric'
      | 'no_features'
      | 'too_few_rows'
      | 'too_many_classes'
      | 'target_all_different'
      | 'numbers_too_large'
      | 'no_text_column'
      | 'text_column_missing'
      | 'script_not_found'
      | 'script_outside'
      | 'script_syntax'
      | 'script_failed'
      | 'killed_by_signal'
      | 'out_of_memory'
      | 'time_limit_reached'
      | 'value_out_of_range'
      | 'loss_diverged'
      | 'recipe_failed'
      | 'launch_failed'
      | 'job_lost'
      | 'job_not_active'
      | 'job_active'
      | 'job_has_no_checkpoint'
      | 'checkpoint_mismatch'
      | 'lease_expired'
      | 'unknown_python'
      | 'resources_too_large'
      | 'waiting_for_turn'
      | 'waiting_for_cpu'
      | 'waiting_for_memory'
      | 'waiting_for_gpu'
      | 'waiting_for_own_limit'
      | 'waiting_for_mlflow'
      | 'warm_launcher_off'
      | 'warm_launcher_starting'
      | 'warm_launcher_failed'
      | 'warm_launcher_unsafe'
      | 'warm_launcher_first_job'
      | 'sweep_space_empty'
      | 'sweep_grid_too_large'
      | 'sweep_not_active'
      | 'sweep_active'
      | 'sweep_failed'
      | 'model_not_ready'
      | 'quota_jobs'
      | 'mlflow_unavailable'
      | 'points_waiting'
      | 'mlflow_closed';
    /** @enum {string} */
    LaunchKind: 'warm' | 'cold';
    Owner: {
      user_id: string;
      name: string;
    };
    Dataset: {
      dataset_id: string;
      name: string;
      filename: string;
      format: ('csv' | 'parquet' | 'jsonl' | 'images') | null;
      kind: ('tabular' | 'images') | null;
      size_bytes: number;
      sha256: string | null;
      rows: number | null;
      columns: number | null;
      encoding: string | null;
      suggested_target: string | null;
      warnings: {
        code: string;
        detail: string;
        detail_fa: string;
        column?: string;
      }[];
      /** @enum {string} */
      state: 'uploading' | 'profiling' | 'ready' | 'failed';
      error: components['schemas']['Failure'] | null;
      source_id: string | null;
      owner: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
    };
    Sweep: {
      sweep_id: string;
      name: string;
      state: components['schemas']['SweepState'];
      recipe: string;
      dataset_id: string;
      dataset_name: string;
      params: {
        [key: string]: unknown;
      };
      space: {
        [key: string]: components['schemas']['SweepDimension'];
      };
      method: components['schemas']['SweepMethod'];
      pruner: components['schemas']['SweepPruner'];
      metric: {
        key: string;
        /** @enum {string} */
        mode: 'max' | 'min';
      };
      trials: number;
      parallel: number;
      counts: {
        waiting: number;
        running: number;
        succeeded: number;
        failed: number;
        pruned: number;
        stopped: number;
      };
      best: {
        job_id: string;
        value: number;
        params: {
          [key: string]: unknown;
        };
      } | null;
      error: components['schemas']['Failure'] | null;
      mlflow_run_id: string | null;
      mlflow_experiment_id: string | null;
      owner: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      ended_at: string | null;
    };
    /** @enum {string} */
    SweepState: 'running' | 'stopping' | 'succeeded' | 'failed' | 'stopped';
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      detail_fa: string;
      code: components['schemas']['ErrorCode'];
      request_id: string;
      params?: Record<string, never>;
      errors?: {
        path: string;
        message: string;
        message_fa?: string;
        code: string;
      }[];
    };
    System: {
      version: string;
      /** @enum {string} */
      mlflow: 'starting' | 'up' | 'down';
      cpus: number;
      memory_bytes: number;
      gpus: number;
      max_parallel_jobs: number;
      disk_free_bytes: number;
      storage_used_bytes: number;
      workspace_dir: string | null;
    };
    NewApiToken: {
      token_id: string;
      name: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      expires_at: string | null;
      last_used_at: string | null;
      token: string;
    };
    ApiToken: {
      token_id: string;
      name: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      expires_at: string | null;
      last_used_at: string | null;
    };
    SessionInfo: {
      session_id: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      expires_at: string;
      user_agent: string | null;
      current: boolean;
    };
    /** @description A short-lived access token; the refresh session travels in an HttpOnly cookie. */
    Session: {
      token: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      expires_at: string;
      user: components['schemas']['User'];
    };
    User: {
      user_id: string;
      /** Format: email */
      email: string;
      name: string;
      /** @enum {string} */
      role: 'admin' | 'user';
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
    };
    MlflowSession: {
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      expires_at: string;
      path: string;
      workspace: string;
    };
    DatasetPage: {
      items: components['schemas']['DatasetOutput'][];
      next_cursor: string | null;
    };
    SourcePage: {
      items: components['schemas']['Source'][];
      next_cursor: null;
    };
    Source: {
      source_id: string;
      name: string;
      name_fa: string;
      description: string;
      description_fa: string;
      rows: number;
      columns: number;
      /** @enum {string} */
      task: 'classification' | 'regression';
      target: string;
      license: string;
      origin: string;
    };
    DatasetPreview: {
      dataset_id: string;
      columns: {
        name: string;
        /** @enum {string} */
        type: 'integer' | 'number' | 'boolean' | 'text' | 'category' | 'date' | 'datetime';
        /** @enum {string} */
        direction: 'ltr' | 'rtl';
      }[];
      rows: (string | number | boolean | null)[][];
      offset: number;
      total_rows: number;
      images: {
        class_name: string;
        filename: string;
        data_url: string;
      }[];
    };
    DatasetProfile: {
      dataset_id: string;
      rows: number;
      columns: components['schemas']['Column'][];
      classes: {
        name: string;
        count: number;
      }[];
    };
    Column: {
      name: string;
      /** @enum {string} */
      type: 'integer' | 'number' | 'boolean' | 'text' | 'category' | 'date' | 'datetime';
      missing: number;
      distinct: number;
      /** @enum {string} */
      direction: 'ltr' | 'rtl';
      min: number | string | null;
      max: number | string | null;
      mean: number | null;
      top: {
        value: string;
        count: number;
      }[];
    };
    /** @description `seq` is the live sequence number this history reaches; subscribe with it as `after`. */
    MetricHistory: {
      items: components['schemas']['MetricPoint'][];
      seq: number;
    };
    JobEventPage: {
      items: components['schemas']['JobEvent'][];
      next_cursor: null;
    };
    JobEvent: {
      event_id: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      at: string;
      from: components['schemas']['JobState'] | null;
      to: components['schemas']['JobState'];
      detail: string | null;
      detail_fa: string | null;
    };
    JobPage: {
      items: components['schemas']['JobOutput'][];
      next_cursor: string | null;
    };
    PythonPage: {
      items: components['schemas']['Python'][];
      next_cursor: null;
    };
    Python: {
      python: string;
      title: string;
      executable: string;
      is_default: boolean;
    };
    RecipePage: {
      items: components['schemas']['Recipe'][];
      next_cursor: null;
    };
    Recipe: {
      recipe: string;
      version: string;
      title: string;
      title_fa: string;
      description: string;
      description_fa: string;
      /** @enum {string} */
      icon: 'table' | 'image' | 'code' | 'text';
      dataset_kind: ('tabular' | 'images') | null;
      params_schema: Record<string, never>;
      primary_params: string[];
      best_metric: {
        key: string;
        /** @enum {string} */
        mode: 'max' | 'min';
      } | null;
    };
    LaunchPlan: {
      argv: string[];
      cwd: string;
      env: Record<string, never>;
      python: string;
      launch: components['schemas']['LaunchKind'];
      launch_note: components['schemas']['FailureOutput'] | null;
      params: Record<string, never>;
      resources: {
        cpus: number;
        memory_mb: number;
        gpus: number;
        time_limit_seconds: number | null;
      };
      jobs_before: number;
      waiting: components['schemas']['FailureOutput'] | null;
    };
    /** @description `offset` is the byte at which the line begins. */
    LogMatches: {
      items: {
        offset: number;
        text: string;
      }[];
      next_offset: number | null;
    };
    SweepPage: {
      items: components['schemas']['SweepOutput'][];
      next_cursor: string | null;
    };
    ModelPage: {
      items: components['schemas']['Model'][];
      next_cursor: string | null;
    };
    Model: {
      job_id: string;
      name: string;
      recipe: string | null;
      dataset_name: string | null;
      mlflow_run_id: string;
      model_uri: string;
      size_bytes: number | null;
      best_metric: {
        key: string;
        value: number;
      } | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
    };
    DatasetOutput: {
      dataset_id: string;
      name: string;
      filename: string;
      format: ('csv' | 'parquet' | 'jsonl' | 'images') | null;
      kind: ('tabular' | 'images') | null;
      size_bytes: number;
      sha256: string | null;
      rows: number | null;
      columns: number | null;
      encoding: string | null;
      suggested_target: string | null;
      warnings: {
        code: string;
        detail: string;
        detail_fa: string;
        column?: string;
      }[];
      /** @enum {string} */
      state: 'uploading' | 'profiling' | 'ready' | 'failed';
      error: components['schemas']['FailureOutput'] | null;
      source_id: string | null;
      owner: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
    };
    FailureOutput: {
      code: components['schemas']['ErrorCode'];
      detail: string;
      detail_fa: string;
      params?: Record<string, never>;
    };
    JobOutput: {
      job_id: string;
      name: string;
      state: components['schemas']['JobState'];
      recipe: string | null;
      script: {
        path: string;
        args: string[];
      } | null;
      dataset_id: string | null;
      dataset_name: string | null;
      params: Record<string, never>;
      resources: components['schemas']['Resources'] | null;
      progress: components['schemas']['Progress'];
      metrics: Record<string, never>;
      message: string | null;
      priority: components['schemas']['Priority'];
      queue_position: number | null;
      waiting: components['schemas']['FailureOutput'] | null;
      launch: components['schemas']['LaunchKind'] | null;
      launch_note: components['schemas']['FailureOutput'] | null;
      error: components['schemas']['FailureOutput'] | null;
      exit_code: number | null;
      signal: string | null;
      peak_memory_bytes: number | null;
      cpu_seconds: number | null;
      mlflow_run_id: string | null;
      mlflow_experiment_id: string | null;
      has_model: boolean;
      can_resume: boolean;
      parent_job_id: string | null;
      resumed_from: string | null;
      sweep_id: string | null;
      owner: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      started_at: string | null;
      first_step_at: string | null;
      ended_at: string | null;
    };
    SweepOutput: {
      sweep_id: string;
      name: string;
      state: components['schemas']['SweepState'];
      recipe: string;
      dataset_id: string;
      dataset_name: string;
      params: Record<string, never>;
      space: Record<string, never>;
      method: components['schemas']['SweepMethod'];
      pruner: components['schemas']['SweepPruner'];
      metric: {
        key: string;
        /** @enum {string} */
        mode: 'max' | 'min';
      };
      trials: number;
      parallel: number;
      counts: {
        waiting: number;
        running: number;
        succeeded: number;
        failed: number;
        pruned: number;
        stopped: number;
      };
      best: {
        job_id: string;
        value: number;
        params: Record<string, never>;
      } | null;
      error: components['schemas']['FailureOutput'] | null;
      mlflow_run_id: string | null;
      mlflow_experiment_id: string | null;
      owner: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      ended_at: string | null;
    };
    SweepDimensionOutput:
      | {
          /** @constant */
          kind: 'choice';
          values: (string | number | boolean)[];
        }
      | {
          /** @constant */
          kind: 'float';
          low: number;
          high: number;
          /** @default false */
          log: boolean;
        }
      | {
          /** @constant */
          kind: 'int';
          low: number;
          high: number;
          /** @default false */
          log: boolean;
        };
    JobUpdate: {
      job_id: string;
      seq: number;
      state: components['schemas']['JobState'];
      progress: components['schemas']['Progress'];
      epoch?: number;
      step?: number;
      eta_seconds?: number | null;
      metrics: components['schemas']['MetricPoint'][];
      message?: string;
    };
    JobGap: {
      job_id: string;
      seq: number;
    };
    JobLog: {
      job_id: string;
      offset: number;
      next_offset: number;
      text: string;
    };
    JobChanged: {
      job: components['schemas']['JobOutput'];
      /** @default false */
      deleted: boolean;
    };
    DatasetChanged: {
      dataset: components['schemas']['DatasetOutput'];
      /** @default false */
      deleted: boolean;
    };
    SweepChanged: {
      sweep: components['schemas']['SweepOutput'];
      /** @default false */
      deleted: boolean;
    };
    SystemChanged: {
      /** @enum {string} */
      mlflow: 'starting' | 'up' | 'down';
    };
    SubscribeJob: {
      job_id: string;
      after?: number;
    };
    SubscribeLog: {
      job_id: string;
      /** @default 0 */
      offset: number;
    };
    SubscribeAck:
      | {
          /** @constant */
          ok: true;
          seq: number;
          reload: boolean;
        }
      | {
          /** @constant */
          ok: false;
          code: string;
        };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  docs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/html': string;
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  healthz: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @constant */
            status: 'ok';
          };
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  metrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Prometheus exposition */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `forbidden`: Your role does not allow this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  openapi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': Record<string, never>;
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  readyz: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @constant */
            status: 'ready';
            /** @constant */
            database: 'up';
            /** @constant */
            mlflow: 'up';
          };
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Answer */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @constant */
            status: 'not_ready';
            /** @enum {string} */
            database: 'up' | 'down';
            /** @enum {string} */
            mlflow: 'starting' | 'up' | 'down';
          };
        };
      };
    };
  };
  root: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; no body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  system: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['System'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listTokens: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['ApiToken'][];
            next_cursor: null;
          };
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  createToken: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateTokenRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NewApiToken'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deleteSession: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        session_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; no body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deleteToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        token_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; no body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listSessions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['SessionInfo'][];
            next_cursor: null;
          };
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  login: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['LoginRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Session'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `bad_credentials`: Wrong email or password. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `rate_limited`: Too many attempts; try again in {seconds} s. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  logout: {
    parameters: {
      query?: never;
      header: {
        /** @description Any value; a foreign page cannot send it */
        'X-Kargah-Client': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; no body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `session_expired`: Session ended; sign in again. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `client_header_missing`: Send the X-Kargah-Client header with this request. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  me: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['User'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  openMlflow: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MlflowSession'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `mlflow_unavailable`: MLflow does not answer now; it is being restarted.
       *
       *     `shutting_down`: The bridge is restarting; try again in a moment.
       */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  refresh: {
    parameters: {
      query?: never;
      header: {
        /** @description Any value; a foreign page cannot send it */
        'X-Kargah-Client': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Session'];
        };
      };
      /** @description `session_expired`: Session ended; sign in again. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `client_header_missing`: Send the X-Kargah-Client header with this request. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  register: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RegisterRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Session'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `email_taken`: This email already has an account; sign in. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `common_password`: This password is easy to guess; use a sentence of your own.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `weak_password`: Use at least {min} characters; a sentence is good.
       */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `rate_limited`: Too many attempts; try again in {seconds} s. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  datasetContent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': string;
        };
      };
      /** @description The range */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': string;
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `dataset_not_ready`: The dataset is still being read; wait until it is ready. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `range_not_satisfiable`: The requested range lies outside the file. */
      416: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getDataset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetOutput'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deleteDataset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; no body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  patchDataset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RenameDatasetRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetOutput'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  importSource: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        source_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetOutput'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `storage_full`: The disk is full; free some space and try again. */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listDatasets: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetPage'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listSources: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SourcePage'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  previewDataset: {
    parameters: {
      query?: {
        offset?: number;
        limit?: number;
      };
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetPreview'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_failed`: The dataset could not be read; upload it again.
       *
       *     `dataset_not_ready`: The dataset is still being read; wait until it is ready.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  profileDataset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetProfile'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_failed`: The dataset could not be read; upload it again.
       *
       *     `dataset_not_ready`: The dataset is still being read; wait until it is ready.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  tusCreate: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `upload_protocol`: The upload request breaks the tus protocol: {reason}. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `file_too_large`: The file is larger than the limit of {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_format`: Only CSV, Parquet, JSON Lines and zip of image folders. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `empty_file`: The file is empty; upload one with data. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `storage_full`: The disk is full; free some space and try again. */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  tusOptions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; no body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  tusDelete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        upload_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; no body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  tusHead: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        upload_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `upload_gone`: This upload has expired; upload again. */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  tusPatch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        upload_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; no body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `upload_protocol`: The upload request breaks the tus protocol: {reason}. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `upload_offset_mismatch`: The upload is at another offset; ask for it and go on from there. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `upload_gone`: This upload has expired; upload again. */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `upload_locked`: Another window is sending this upload. */
      423: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `storage_full`: The disk is full; free some space and try again. */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  cloneJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CloneRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobOutput'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `dataset_deleted`: The dataset was deleted before the job began. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `quota_jobs`: You already have {max} jobs waiting; wait for one to end. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobOutput'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deleteJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; no body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `job_active`: Stop the job first. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  jobLogs: {
    parameters: {
      query?: {
        offset?: number;
        limit?: number;
        download?: '0' | '1';
      };
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Log text */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain; charset=utf-8': string;
        };
      };
      /** @description The range */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain; charset=utf-8': string;
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `range_not_satisfiable`: The requested range lies outside the file. */
      416: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  jobMetrics: {
    parameters: {
      query?: {
        key?: string;
      };
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MetricHistory'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `mlflow_unavailable`: MLflow does not answer now; it is being restarted.
       *
       *     `shutting_down`: The bridge is restarting; try again in a moment.
       */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  jobModel: {
    parameters: {
      query?: {
        format?: 'pt2' | 'mlflow';
      };
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The model */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': string;
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `model_not_ready`: Model is ready at the end. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `mlflow_unavailable`: MLflow does not answer now; it is being restarted.
       *
       *     `shutting_down`: The bridge is restarting; try again in a moment.
       */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listJobEvents: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobEventPage'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listJobs: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        search?: string;
        state?: components['schemas']['JobState'] | components['schemas']['JobState'][];
        dataset_id?: string;
        sweep_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobPage'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listPythons: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PythonPage'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listRecipes: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RecipePage'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  planTrain: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TrainRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LaunchPlan'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_failed`: The dataset could not be read; upload it again.
       *
       *     `dataset_not_ready`: The dataset is still being read; wait until it is ready.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_wrong_kind`: This recipe needs a dataset of {expected}.
       *
       *     `resources_too_large`: This machine has {available} {resource}; ask for no more.
       *
       *     `script_not_found`: There is no script at {path}.
       *
       *     `script_outside`: The script must lie in the Jupyter workspace.
       *
       *     `target_missing`: The dataset has no column named {column}.
       *
       *     `target_required`: Choose a target.
       *
       *     `unknown_python`: There is no Python environment named {python} here.
       *
       *     `unknown_recipe`: There is no recipe named {recipe}.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `quota_jobs`: You already have {max} jobs waiting; wait for one to end. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `storage_full`: The disk is full; free some space and try again. */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  resumeJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ResumeRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobOutput'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_deleted`: The dataset was deleted before the job began.
       *
       *     `job_active`: Stop the job first.
       *
       *     `job_has_no_checkpoint`: The job left no checkpoint to resume from.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `quota_jobs`: You already have {max} jobs waiting; wait for one to end. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  searchLogs: {
    parameters: {
      query: {
        q: string;
        offset?: number;
        limit?: number;
      };
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LogMatches'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  stopJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Accepted */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobOutput'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `job_not_active`: The job has already ended. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  train: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TrainRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobOutput'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_failed`: The dataset could not be read; upload it again.
       *
       *     `dataset_not_ready`: The dataset is still being read; wait until it is ready.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_wrong_kind`: This recipe needs a dataset of {expected}.
       *
       *     `resources_too_large`: This machine has {available} {resource}; ask for no more.
       *
       *     `script_not_found`: There is no script at {path}.
       *
       *     `script_outside`: The script must lie in the Jupyter workspace.
       *
       *     `target_missing`: The dataset has no column named {column}.
       *
       *     `target_required`: Choose a target.
       *
       *     `unknown_python`: There is no Python environment named {python} here.
       *
       *     `unknown_recipe`: There is no recipe named {recipe}.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `quota_jobs`: You already have {max} jobs waiting; wait for one to end. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `storage_full`: The disk is full; free some space and try again. */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getSweep: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        sweep_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SweepOutput'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deleteSweep: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        sweep_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; no body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `sweep_active`: Stop the sweep first. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `mlflow_unavailable`: MLflow does not answer now; it is being restarted.
       *
       *     `shutting_down`: The bridge is restarting; try again in a moment.
       */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listSweeps: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SweepPage'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  startSweep: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SweepRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SweepOutput'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_failed`: The dataset could not be read; upload it again.
       *
       *     `dataset_not_ready`: The dataset is still being read; wait until it is ready.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_wrong_kind`: This recipe needs a dataset of {expected}.
       *
       *     `resources_too_large`: This machine has {available} {resource}; ask for no more.
       *
       *     `sweep_grid_too_large`: The grid has {size} settings; at most {max} are allowed.
       *
       *     `sweep_space_empty`: Choose at least one parameter to vary.
       *
       *     `target_missing`: The dataset has no column named {column}.
       *
       *     `target_required`: Choose a target.
       *
       *     `unknown_python`: There is no Python environment named {python} here.
       *
       *     `unknown_recipe`: There is no recipe named {recipe}.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `quota_jobs`: You already have {max} jobs waiting; wait for one to end. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  stopSweep: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        sweep_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Accepted */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SweepOutput'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `sweep_not_active`: The sweep has already ended. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listModels: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelPage'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  shortRegister: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RegisterRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Session'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `email_taken`: This email already has an account; sign in. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `common_password`: This password is easy to guess; use a sentence of your own.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `weak_password`: Use at least {min} characters; a sentence is good.
       */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `rate_limited`: Too many attempts; try again in {seconds} s. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  shortLogin: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['LoginRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Session'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `bad_credentials`: Wrong email or password. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `rate_limited`: Too many attempts; try again in {seconds} s. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  shortTrain: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TrainRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobOutput'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_failed`: The dataset could not be read; upload it again.
       *
       *     `dataset_not_ready`: The dataset is still being read; wait until it is ready.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_wrong_kind`: This recipe needs a dataset of {expected}.
       *
       *     `resources_too_large`: This machine has {available} {resource}; ask for no more.
       *
       *     `script_not_found`: There is no script at {path}.
       *
       *     `script_outside`: The script must lie in the Jupyter workspace.
       *
       *     `target_missing`: The dataset has no column named {column}.
       *
       *     `target_required`: Choose a target.
       *
       *     `unknown_python`: There is no Python environment named {python} here.
       *
       *     `unknown_recipe`: There is no recipe named {recipe}.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `quota_jobs`: You already have {max} jobs waiting; wait for one to end. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `storage_full`: The disk is full; free some space and try again. */
      507: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  shortJobs: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        search?: string;
        state?: components['schemas']['JobState'] | components['schemas']['JobState'][];
        dataset_id?: string;
        sweep_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobPage'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  shortStatus: {
    parameters: {
      query: {
        job_id: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobOutput'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  shortStop: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['StopRequest'];
      };
    };
    responses: {
      /** @description Accepted */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobOutput'];
        };
      };
      /** @description `malformed_json`: The request body is not valid JSON. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `token_expired`: Session ended; sign in again.
       *
       *     `unauthenticated`: Sign in first.
       */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `not_found`: Not found, or no access. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `job_not_active`: The job has already ended. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `payload_too_large`: The request is larger than {limit}. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_media_type`: Send the request as {expected}. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `validation_failed`: Some values are not valid; correct the marked fields. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `internal`: Our error; send {request_id}. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `shutting_down`: The bridge is restarting; try again in a moment. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
}
