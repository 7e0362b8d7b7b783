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
  '/api/v1/auth/signup': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether an account can be made here */
    get: operations['signup'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/ledger/export': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The same rows as a file, oldest first */
    get: operations['exportLedger'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/ledger': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was done with what matters, newest first: admins see all of it, owners that of their project */
    get: operations['listLedger'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/ledger/verify': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether every row of the ledger follows from the one before */
    get: operations['verifyLedger'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/email': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Change the own e-mail; the other sessions end */
    post: operations['changeEmail'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Change the own password; the other sessions end */
    post: operations['changePassword'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/people/{user_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Remove somebody’s account for good; what they made stays in its projects, and jobs go on */
    delete: operations['removePerson'];
    options?: never;
    head?: never;
    /** Make somebody admin or member, disable or enable them; whoever is disabled is cut off at once, jobs go on */
    patch: operations['changePerson'];
    trace?: never;
  };
  '/api/v1/auth/leave': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give up the own account for good; what one made stays in its projects, and jobs go on */
    post: operations['leaveServer'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/people': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Everybody who has an account here, by e-mail */
    get: operations['listPeople'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/people/{user_id}/reset-link': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A token with which somebody sets a new password: shown once, good once, for a day; an older one ends */
    post: operations['makeResetLink'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/reset': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Set a new password by the token of an administrator; all sessions end, and one begins */
    post: operations['resetPassword'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/people/{user_id}/sign-out': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End all sessions of somebody, and their personal tokens where that is asked */
    post: operations['signOutPerson'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/leaving': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What is to be settled before one gives up one’s own account */
    get: operations['whatILeave'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/people/{user_id}/leaving': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What is to be settled before somebody’s account is removed: which projects somebody else gets, and what stands in the way */
    get: operations['whatLeaves'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/server/settings': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What administrators set of the server */
    get: operations['getServerSettings'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Say who may make an account from now on; null: as KARGAH_SIGNUP says */
    patch: operations['patchServerSettings'];
    trace?: never;
  };
  '/api/v1/server/keys/rotate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sign access tokens with a new key from now on; those of the old one are good until they end */
    post: operations['rotateKeys'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/limits': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How much I, and the project, may use, and use now */
    get: operations['getLimits'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/people/{user_id}/limits': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How much somebody may use, and uses now */
    get: operations['getPersonLimits'];
    /** Say how much somebody may use; what runs goes on */
    put: operations['putPersonLimits'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/server/projects/{project_id}/limits': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How much a project may use, and uses now */
    get: operations['getProjectLimits'];
    /** Say how much a project may use; what runs goes on */
    put: operations['putProjectLimits'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/server/projects': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every project of the server by its name and owners, newest first; what is in it is its members’ to see */
    get: operations['listServerProjects'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/copy': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Copy a dataset into a project, with the versions that are ready and their splits */
    post: operations['copyDataset'];
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
    /** Delete a dataset; jobs and models stay, and what a model learned from is kept for it */
    delete: operations['deleteDataset'];
    options?: never;
    head?: never;
    /** Rename a dataset, or set its tags */
    patch: operations['patchDataset'];
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/sharing': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who may read it */
    get: operations['getSharing'];
    /** Let people, the members of projects, or everyone on this server, and nobody else, read it and train on it */
    put: operations['putSharing'];
    post?: never;
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
    /** Datasets of mine and those shared with me, newest first */
    get: operations['listDatasets'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/move': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take a dataset to another project, with its versions and splits; jobs that learned from it stay */
    post: operations['moveDataset'];
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
  '/api/v1/datasets/{dataset_id}/export': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The typed table as a file (cells of CSV that a spreadsheet would run are made harmless), or the pictures as a zip of class folders; takes Range */
    get: operations['exportDataset'];
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
    /** Rows from an offset, sorted and filtered */
    get: operations['previewDataset'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/reading': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Look at the file with other options, before a version is made with them */
    post: operations['previewReading'];
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
  '/api/v1/datasets/{dataset_id}/query': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** One SELECT over the table `data`; read-only, at most 1,000 rows and 10 seconds */
    post: operations['queryDataset'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/versions/{version}/splits': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Deal the rows out to train, validation and test; the same request answers with the same split */
    post: operations['createSplit'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/lineage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Jobs of mine that learned from it and the models they left, newest first */
    get: operations['datasetLineage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/versions/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One version */
    get: operations['getVersion'];
    put?: never;
    post?: never;
    /** Delete a version; what a model learned from keeps its bytes */
    delete: operations['deleteVersion'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/diff': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What changed between two versions */
    get: operations['diffVersions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{dataset_id}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Versions, newest first */
    get: operations['listVersions'];
    put?: never;
    /** A new version: the same file, read with other options */
    post: operations['rereadVersion'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/connections': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Databases of mine to read from; their passwords are never shown */
    get: operations['listConnections'];
    put?: never;
    /** Keep a database address as a secret; it is tried first */
    post: operations['createConnection'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/connections/{connection_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Forget a database; datasets made from it stay */
    delete: operations['deleteConnection'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/import/file': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Register a file of the Jupyter server where it lies, without copying it */
    post: operations['importFile'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
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
  '/api/v1/datasets/import/sql': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Keep the rows of one SELECT as a dataset */
    post: operations['importSql'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/import/url': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Fetch a file by https; private addresses are refused on every hop */
    post: operations['importUrl'];
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
  '/api/v1/train/jobs/{job_id}/report': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the trained model is worth on the rows that were held back */
    get: operations['jobReport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}/report/rows': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the model answered on each row of its report, so that two models can be held against each other */
    get: operations['jobReportRows'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}/against/{other_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether another job’s model is better than this one’s on the same rows, or these rows do not tell */
    get: operations['jobAgainst'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
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
    /** Delete an ended job for good, with its folder and run: also one that could still be restored */
    delete: operations['deleteJob'];
    options?: never;
    head?: never;
    /** Rename a job, write a note about it, or set its tags; its MLflow run follows */
    patch: operations['patchJob'];
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
    /** Jobs of mine, newest first unless another order is asked for */
    get: operations['listJobs'];
    put?: never;
    post?: never;
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
  '/api/v1/train/jobs/delete': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Delete ended jobs; for a while they can be restored, then they go for good */
    post: operations['deleteJobs'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/restore': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take back the deletion of jobs, while they can be restored */
    post: operations['restoreJobs'];
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
  '/api/v1/train/jobs/{job_id}/metrics/names': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The metrics of a job by name, in the order in which they first came */
    get: operations['jobMetricNames'];
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
    /** History of every metric, or of some */
    get: operations['jobMetrics'];
    put?: never;
    post?: never;
    delete?: never;
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
  '/api/v1/train/jobs/{job_id}/model': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The trained model: a torch.export `.pt2` file, the whole MLflow model or a package to take away as a zip; by Range in pieces */
    get: operations['jobModel'];
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
    /** Jobs of mine, newest first unless another order is asked for */
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
  '/api/v1/compare': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What up to a thousand jobs differ in, with their curves, in one answer */
    post: operations['compareJobs'];
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
    /** Registered models of the project */
    get: operations['listModels'];
    put?: never;
    /** Register a model that has no version yet */
    post: operations['createModel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/aliases/{alias}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Let an alias point to a version; a protected one is asked for by a request */
    put: operations['setModelAlias'];
    post?: never;
    /** Take an alias away, a protected one too */
    delete: operations['deleteModelAlias'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A registered model */
    get: operations['getModel'];
    put?: never;
    post?: never;
    /** Delete a registered model with all its versions, for good; their files stay with their jobs */
    delete: operations['deleteModel'];
    options?: never;
    head?: never;
    /** Describe a registered model, and tag it */
    patch: operations['patchModel'];
    trace?: never;
  };
  '/api/v1/models/{name}/versions/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A version */
    get: operations['getModelVersion'];
    put?: never;
    post?: never;
    /** Delete a version for good; its files stay with its job */
    delete: operations['deleteModelVersion'];
    options?: never;
    head?: never;
    /** Describe a version, and tag it */
    patch: operations['patchModelVersion'];
    trace?: never;
  };
  '/api/v1/train/models': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Models that jobs trained, newest first */
    get: operations['listTrainedModels'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Versions of a registered model, newest first */
    get: operations['listModelVersions'];
    put?: never;
    /** Register a job’s model as the next version; the name is registered with it where it is new, and a job is registered once */
    post: operations['registerModelVersion'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/dependents': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What depends on a registered model, or on one version of it, before it is deleted */
    get: operations['modelDependents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/versions/{version}/against/{other}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether another version is better than this one on the same rows, or these rows do not tell */
    get: operations['modelVersionAgainst'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/versions/{version}/package': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A zip with the model as `.pt2` and safetensors, its schema, pinned requirements, report, card, sha256 sums and a script that uses it with PyTorch alone; by Range in pieces */
    get: operations['modelVersionPackage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/versions/{version}/report': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the version is worth on the rows that were held back */
    get: operations['modelVersionReport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/model-requests/{request_id}/approve': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Approve a request of somebody else’s: what is asked is looked at once more, and the alias moves */
    post: operations['approveModelRequest'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/projects/{project_id}/model-rules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Which aliases of registered models are protected, and what is asked before one moves */
    get: operations['getModelRules'];
    /** Set the protected aliases and what is asked, as fields or as one YAML */
    put: operations['putModelRules'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/model-requests/{request_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A request, with its checks */
    get: operations['getModelRequest'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/model-requests': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Requests for protected aliases, newest first */
    get: operations['listModelRequests'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Where protected aliases pointed when, newest first; with `at`, the move of each that held at that moment */
    get: operations['modelHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/model-requests/{request_id}/refuse': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Refuse a request, with the reason */
    post: operations['refuseModelRequest'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/requests': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ask that a protected alias points to a version; it moves at once where all is well and nobody has to approve */
    post: operations['requestPromotion'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/aliases/{alias}/rollback': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Let a protected alias point again to what it pointed to before */
    post: operations['rollBackModelAlias'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/model-requests/{request_id}/withdraw': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take a request of one’s own back */
    post: operations['withdrawModelRequest'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/versions/{version}/card': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The card of a version: what is known of it, what people wrote, and what is still to be filled */
    get: operations['getModelCard'];
    /** Fill the card of a version: what is left out is empty from then on */
    put: operations['putModelCard'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/versions/{version}/card/revisions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who wrote what on the card, newest first */
    get: operations['listModelCardRevisions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/versions/{version}/card/markdown': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The card as Hugging Face’s model cards are: YAML front matter and Markdown */
    get: operations['modelCardMarkdown'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/models/{name}/versions/{version}/reports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Jobs that judge, or judged, a version on other data, newest first; each has its report */
    get: operations['listModelVersionReports'];
    put?: never;
    /** Start a job that judges a version on a dataset: its test part, or all of it where it has none */
    post: operations['evaluateModelVersion'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/invitations/accept': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Become a member by an invitation, which is used up by that */
    post: operations['acceptInvitation'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/projects/{project_id}/invitations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Invitations of a project, newest first */
    get: operations['listInvitations'];
    put?: never;
    /** Invite one person, for one role; the token is shown once, to be handed over as a link, and sent by e-mail where an address is given */
    post: operations['createInvitation'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/projects': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Projects that I am a member of, in the order in which I came to them */
    get: operations['listProjects'];
    put?: never;
    /** Make a project; whoever makes it is its owner */
    post: operations['createProject'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/projects/{project_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One project */
    get: operations['getProject'];
    put?: never;
    post?: never;
    /** Delete a project: it is gone for everybody at once, its jobs are stopped, and it can be restored for a while */
    delete: operations['deleteProject'];
    options?: never;
    head?: never;
    /** Give a project another name */
    patch: operations['patchProject'];
    trace?: never;
  };
  '/api/v1/projects/{project_id}/contents': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What goes with a project when it is deleted */
    get: operations['getProjectContents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/projects/{project_id}/leave': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Leave a project; what one made there stays */
    post: operations['leaveProject'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deleted-projects': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Deleted projects that I own and may still restore, the latest first */
    get: operations['listDeletedProjects'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/projects/{project_id}/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who is in a project, in the order in which they came */
    get: operations['listMembers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/invitations/look': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What an invitation is for, before one signs in */
    post: operations['lookAtInvitation'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/projects/{project_id}/members/{user_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Take a member out of the project; what they made there stays */
    delete: operations['removeMember'];
    options?: never;
    head?: never;
    /** Give a member another role; it counts at once */
    patch: operations['patchMember'];
    trace?: never;
  };
  '/api/v1/projects/{project_id}/restore': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Bring a deleted project back, with its members and all that was in it */
    post: operations['restoreProject'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/projects/{project_id}/invitations/{invitation_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Revoke an invitation that nobody has used */
    delete: operations['revokeInvitation'];
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
  '/api/v1/train/jobs/{job_id}/copy': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Copy an ended job into a project, with its runs, files, log and model */
    post: operations['copyJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/transfers/{transfer_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far a move or a copy is */
    get: operations['getTransfer'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/train/jobs/{job_id}/move': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take an ended job to another project, with its runs, files, log and model; it keeps its id */
    post: operations['moveJob'];
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
      /** @description What it is limited to; left out: to nothing */
      scopes?: components['schemas']['TokenScope'][];
      /** @description The only project that it is to reach; such a token does not administer the server */
      project_id?: string;
    };
    /** @enum {string} */
    TokenScope: 'read' | 'train' | 'models' | 'call' | 'admin';
    LoginRequest: {
      email: string;
      password: string;
    };
    RegisterRequest: {
      /** Format: email */
      email: string;
      password: string;
      name?: string;
      signup_code?: string;
      /** @description The token of an invitation, which is used up: one is a member of its project then */
      invitation?: string;
    };
    EmailChange: {
      current_password: string;
      /** Format: email */
      email: string;
    };
    PasswordChange: {
      current_password: string;
      password: string;
    };
    PersonChange: {
      /** @enum {string} */
      role?: 'admin' | 'user';
      disabled?: boolean;
    };
    LeaveRequest: {
      current_password: string;
      /** @description E-mail of whoever is to own the projects that nobody else owns */
      hand_to?: string;
    };
    ResetLinkRequest: {
      /**
       * @description Send it to the address of the account too
       * @default false
       */
      mail: boolean;
    };
    ResetRequest: {
      token: string;
      password: string;
    };
    SignOutRequest: {
      /**
       * @description Revoke their personal tokens too
       * @default false
       */
      tokens: boolean;
    };
    ServerSettingsChange: {
      signup: components['schemas']['SignUpMode'] | null;
    };
    /**
     * @description Who may make an account: only the first person, everybody, who holds an invitation, nobody
     * @enum {string}
     */
    SignUpMode: 'first' | 'open' | 'invitation' | 'closed';
    /** @description Null: no limit of its own */
    Limits: {
      /** @description Jobs that run at once */
      jobs: number | null;
      /** @description Cores that they take together */
      cpus: number | null;
      /** @description GPUs that they take together */
      gpus: number | null;
      /** @description Of datasets */
      bytes: number | null;
    };
    CopyDatasetRequest: {
      /** @description Where one may write, as in the dataset’s own */
      project_id: string;
      name?: string;
    };
    ChangeDatasetRequest: {
      name?: string;
      tags?: string[];
    };
    SharingRequest: {
      everyone?: boolean;
      emails?: string[];
      /** @description Projects that the caller is in: all members of them */
      project_ids?: string[];
    };
    MoveDatasetRequest: {
      /** @description Where one may write, as in the dataset’s own */
      project_id: string;
    };
    Reading: {
      /** @enum {string} */
      encoding?:
        | 'utf-8'
        | 'utf-16'
        | 'windows-1256'
        | 'windows-1252'
        | 'windows-1254'
        | 'windows-1251'
        | 'gb18030'
        | 'cp864'
        | 'iran-system'
        | 'utf-8-as-windows-1252'
        | 'utf-8-as-windows-1256';
      /** @enum {string} */
      delimiter?: ',' | ';' | '\t' | '|' | '؛';
      header?: boolean;
      skip_rows?: number;
      comment?: string;
      header_rows?: number;
      units?: boolean;
      normalise_persian?: boolean;
      unify?: boolean;
      sheet?: string;
      missing?: string[];
      types?: {
        [key: string]: {
          /** @enum {string} */
          type: 'integer' | 'number' | 'boolean' | 'text' | 'category' | 'date' | 'datetime';
          /**
           * @default fail
           * @enum {string}
           */
          invalid: 'fail' | 'missing';
          /** @enum {string} */
          decimal?: '.' | ',' | '/';
          /** @enum {string} */
          order?: 'ymd' | 'dmy' | 'mdy';
          /** @enum {string} */
          calendar?: 'gregorian' | 'jalali';
        };
      };
    };
    QueryRequest: {
      sql: string;
    };
    SplitRequest: {
      /**
       * @default ratio
       * @enum {string}
       */
      method: 'ratio' | 'stratified' | 'group' | 'time' | 'given';
      /** @default 0.8 */
      train: number;
      /** @default 0.1 */
      validation: number;
      /** @default 0.1 */
      test: number;
      column?: string;
      /** @default 0 */
      seed: number;
      /** @default true */
      make_default: boolean;
    };
    RereadRequest: {
      version?: number;
      reading: components['schemas']['Reading'];
    };
    ConnectionRequest: {
      name: string;
      /** @description postgresql://… or sqlite:path */
      url: string;
    };
    ImportFileRequest: {
      path: string;
      name?: string;
      dataset_id?: string;
      reading?: components['schemas']['Reading'];
    };
    ImportSqlRequest: {
      connection_id: string;
      query: string;
      name?: string;
      dataset_id?: string;
      reading?: components['schemas']['Reading'];
    };
    ImportUrlRequest: {
      url: string;
      name?: string;
      dataset_id?: string;
      reading?: components['schemas']['Reading'];
    };
    CloneRequest: {
      name?: string;
      params?: {
        [key: string]: unknown;
      };
      secrets?: {
        [key: string]: string;
      };
    };
    ChangeJobRequest: {
      name?: string;
      note?: string;
      /** @description The note that was read before: where it is another by now, nothing is written over */
      note_was?: string;
      tags?: string[];
    };
    /** @enum {string} */
    JobState: 'queued' | 'starting' | 'running' | 'stopping' | 'succeeded' | 'failed' | 'stopped' | 'lost';
    ResumeRequest: {
      name?: string;
      params?: {
        [key: string]: unknown;
      };
      secrets?: {
        [key: string]: string;
      };
    };
    TrainRequest: {
      name?: string;
      recipe?: string;
      script?: components['schemas']['ScriptRequest'];
      dataset_id?: string;
      dataset_version?: number;
      split_id?: string;
      /** @default {} */
      params: {
        [key: string]: unknown;
      };
      resources?: components['schemas']['Resources'];
      priority?: components['schemas']['Priority'];
    };
    ScriptRequest: {
      path: string;
      /** @default [] */
      args: string[];
      cwd?: string;
      env?: {
        [key: string]: string;
      };
      secrets?: {
        [key: string]: string;
      };
    };
    Resources: {
      cpus?: number;
      memory_mb?: number;
      gpus?: number;
      time_limit_seconds?: number;
      python?: string;
      launcher?: components['schemas']['LauncherName'];
    };
    /** @enum {string} */
    LauncherName: 'local' | 'local-cold';
    /** @enum {string} */
    Priority: 'low' | 'normal' | 'high';
    /** @description The same one may be named twice */
    JobIds: {
      job_ids: string[];
    };
    StopRequest: {
      job_id: string;
    };
    CompareRequest: {
      job_ids: string[];
      metrics?: string[];
      buckets?: number;
    };
    CreateModelRequest: {
      description?: string;
      /** @description Null takes the tag away; those that are not named stay */
      tags?: {
        [key: string]: string | null;
      };
      name: string;
    };
    SetAliasRequest: {
      version: number;
    };
    PatchModelRequest: {
      description?: string;
      /** @description Null takes the tag away; those that are not named stay */
      tags?: {
        [key: string]: string | null;
      };
    };
    PatchVersionRequest: {
      description?: string;
      /** @description Null takes the tag away; those that are not named stay */
      tags?: {
        [key: string]: string | null;
      };
    };
    RegisterVersionRequest: {
      job_id: string;
      description?: string;
      tags?: {
        [key: string]: string;
      };
    };
    ApproveRequest: {
      reason?: string;
    };
    PutModelRulesRequest: {
      aliases?: {
        [key: string]: components['schemas']['AliasRules'];
      };
      yaml?: string;
      /** @description Of the rules that were looked at */
      revision: number;
    };
    AliasRules: {
      /**
       * @description There is a report on the version
       * @default false
       */
      report: boolean;
      /**
       * @description The report is on test rows, by which the best epoch was not chosen
       * @default false
       */
      test_rows: boolean;
      /** @default [] */
      metrics: components['schemas']['GateMetric'][];
      /**
       * @description Not worse, on the same rows, than what has the alias now
       * @default null
       */
      not_worse: {
        metric: string;
        /**
         * @description By how much it may be worse, in the unit of the metric
         * @default 0
         */
        margin: number;
        /**
         * @description The worse end of the paired interval of 95 % counts, so that it is known not to be worse by more; false: the difference itself
         * @default true
         */
        interval: boolean;
      } | null;
      /**
       * @description The model card is filled
       * @default false
       */
      card: boolean;
      /**
       * @description Somebody who is not the requester approves: always, or where the project has such a person
       * @default none
       * @enum {string}
       */
      approval: 'another' | 'if_there_is_another' | 'none';
    };
    GateMetric: {
      metric: string;
      at_least?: number;
      at_most?: number;
      /**
       * @description The worse end of the interval counts, not the value
       * @default true
       */
      interval: boolean;
    };
    /**
     * @description waiting: for somebody’s approval; overtaken: the alias moved meanwhile
     * @enum {string}
     */
    ModelRequestState: 'checking' | 'failed' | 'waiting' | 'done' | 'refused' | 'withdrawn' | 'overtaken';
    RefuseRequest: {
      reason: string;
    };
    PromotionRequest: {
      version: number;
      alias: string;
      /** @default  */
      why: string;
    };
    RollBackRequest: {
      /** @default  */
      why: string;
      /** @description Where it points as the caller sees it */
      from_version?: number;
    };
    PutModelCardRequest: {
      fields: components['schemas']['CardFields'];
      /** @description Of the card that was looked at */
      revision: number;
    };
    CardFields: {
      /**
       * @description For what, and by whom, it is meant to be used
       * @default
       */
      intended_use: string;
      /**
       * @description For what it must not be used
       * @default
       */
      out_of_scope: string;
      /**
       * @description Where it is known to fail, and whom that harms
       * @default
       */
      limitations: string;
      /**
       * @description Where the data come from, who is in them, and what was left out
       * @default
       */
      data_notes: string;
      /**
       * @description What else somebody should weigh before they use it
       * @default
       */
      ethics: string;
      /**
       * @description Of the model: an identifier as Hugging Face has it (apache-2.0), or a name
       * @default
       */
      license: string;
      /**
       * @description Whom to ask
       * @default
       */
      contact: string;
    };
    EvaluateRequest: {
      dataset_id: string;
      dataset_version?: number;
      /** @description Absent: the version’s default split, or none */
      split_id?: string;
      name?: string;
    };
    InvitationToken: {
      token: string;
    };
    CreateInvitationRequest: {
      role: components['schemas']['ProjectRole'];
      /** @default 7 */
      expires_in_days: number;
      /**
       * Format: email
       * @description Where the link is sent to, from this server
       */
      email?: string;
    };
    /**
     * @description Owners do everything; editors all but say who may see or use the project; viewers look
     * @enum {string}
     */
    ProjectRole: 'owner' | 'editor' | 'viewer';
    CreateProjectRequest: {
      name: string;
    };
    PatchProjectRequest: {
      name: string;
    };
    PatchMemberRequest: {
      role: components['schemas']['ProjectRole'];
    };
    SweepRequest: {
      name?: string;
      recipe: string;
      dataset_id: string;
      dataset_version?: number;
      split_id?: string;
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
    TransferRequest: {
      /** @description Where one may write, as in its own */
      project_id: string;
    };
    Progress: {
      fraction: number | null;
      epoch: number | null;
      epochs: number | null;
      step: number | null;
      steps: number | null;
      eta_seconds: number | null;
      best?: components['schemas']['Best'];
    };
    Best: {
      key: string;
      value: number;
      epoch?: number;
    };
    MetricPoint: {
      key: string;
      value: components['schemas']['MetricValue'];
      step: components['schemas']['Int64'];
      timestamp: components['schemas']['Int64'];
    };
    MetricValue: number | ('NaN' | 'Infinity' | '-Infinity');
    Int64: number | string;
    Job: {
      job_id: string;
      name: string;
      state: components['schemas']['JobState'];
      recipe: string | null;
      script: {
        path: string;
        args: string[];
        cwd?: string;
        env?: {
          [key: string]: string;
        };
        secrets?: string[];
      } | null;
      dataset_id: string | null;
      dataset_name: string | null;
      dataset_version: number | null;
      dataset_sha256: string | null;
      split_id: string | null;
      params: {
        [key: string]: unknown;
      };
      resources: components['schemas']['Resources'] | null;
      progress: components['schemas']['Progress'];
      metrics: {
        [key: string]: components['schemas']['MetricValue'];
      };
      metric_count: number;
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
      pruned: boolean;
      has_model: boolean;
      can_resume: boolean;
      parent_job_id: string | null;
      resumed_from: string | null;
      sweep_id: string | null;
      /** @description The job that it is a copy of */
      copied_from: string | null;
      /** @description What people wrote about it */
      note: string;
      tags: string[];
      owner: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      started_at: string | null;
      first_step_at: string | null;
      ended_at: string | null;
      /**
       * Format: date-time
       * @description Of a deleted job that can still be restored
       */
      deleted_at?: string;
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
      | 'malformed_request'
      | 'request_timeout'
      | 'headers_too_large'
      | 'wrong_host'
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
      | 'wrong_password'
      | 'account_disabled'
      | 'last_admin'
      | 'projects_to_hand_over'
      | 'heir_unknown'
      | 'sweeps_to_stop'
      | 'reset_link_over'
      | 'forbidden'
      | 'scope_missing'
      | 'session_required'
      | 'only_through_jupyter'
      | 'signup_closed'
      | 'signup_by_invitation'
      | 'signup_code_required'
      | 'signup_code_wrong'
      | 'client_header_missing'
      | 'email_taken'
      | 'weak_password'
      | 'password_too_long'
      | 'common_password'
      | 'mail_not_set_up'
      | 'last_owner'
      | 'already_member'
      | 'invitation_unknown'
      | 'invitation_used'
      | 'invitation_expired'
      | 'invitation_revoked'
      | 'invitation_taken'
      | 'too_many_invitations'
      | 'project_name_differs'
      | 'project_is_first'
      | 'upload_offset_mismatch'
      | 'upload_locked'
      | 'upload_gone'
      | 'upload_protocol'
      | 'upload_version'
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
      | 'archive_flat'
      | 'archive_holds_tables'
      | 'archive_one_class'
      | 'damaged_file'
      | 'reader_limit'
      | 'dataset_not_ready'
      | 'dataset_failed'
      | 'dataset_deleted'
      | 'dataset_wrong_kind'
      | 'upload_checksum_mismatch'
      | 'quota_exceeded'
      | 'project_quota_exceeded'
      | 'dataset_freed'
      | 'last_version'
      | 'unknown_person'
      | 'column_unknown'
      | 'filter_invalid'
      | 'query_failed'
      | 'query_not_select'
      | 'query_timeout'
      | 'diff_kinds'
      | 'split_shares'
      | 'split_column_required'
      | 'split_too_few'
      | 'split_not_given'
      | 'url_invalid'
      | 'url_private'
      | 'url_failed'
      | 'files_off'
      | 'file_outside'
      | 'file_hidden'
      | 'file_missing'
      | 'folder_too_full'
      | 'file_changed'
      | 'connection_invalid'
      | 'connection_local'
      | 'connection_failed'
      | 'value_not_of_type'
      | 'type_fits_few'
      | 'date_order_unclear'
      | 'version_unknown'
      | 'split_unknown'
      | 'content_changed'
      | 'range_not_satisfiable'
      | 'already_in_project'
      | 'workbook_too_small'
      | 'unknown_recipe'
      | 'recipe_broken'
      | 'torch_missing'
      | 'target_required'
      | 'target_missing'
      | 'columns_missing'
      | 'target_constant'
      | 'target_all_missing'
      | 'target_not_numeric'
      | 'no_features'
      | 'too_few_validation_rows'
      | 'too_few_rows'
      | 'too_many_classes'
      | 'target_all_different'
      | 'numbers_too_large'
      | 'no_text_column'
      | 'text_column_missing'
      | 'script_not_found'
      | 'script_outside'
      | 'script_params'
      | 'cwd_not_found'
      | 'variable_taken'
      | 'secrets_needed'
      | 'script_syntax'
      | 'script_failed'
      | 'script_exited'
      | 'script_silent'
      | 'killed_by_signal'
      | 'killed_maybe_memory'
      | 'out_of_memory'
      | 'gpu_unusable'
      | 'no_bridge'
      | 'time_limit_reached'
      | 'value_out_of_range'
      | 'loss_diverged'
      | 'too_many_metrics'
      | 'run_ended_failed'
      | 'recipe_failed'
      | 'launch_failed'
      | 'job_lost'
      | 'job_not_active'
      | 'job_active'
      | 'job_has_no_checkpoint'
      | 'checkpoint_mismatch'
      | 'lease_expired'
      | 'unknown_python'
      | 'launcher_not_offered'
      | 'resources_too_large'
      | 'recipe_takes_one_gpu'
      | 'note_changed'
      | 'waiting_for_turn'
      | 'waiting_for_cpu'
      | 'waiting_for_memory'
      | 'waiting_for_gpu'
      | 'waiting_for_own_limit'
      | 'waiting_for_own_cpus'
      | 'waiting_for_own_gpus'
      | 'waiting_for_project_jobs'
      | 'waiting_for_project_cpus'
      | 'waiting_for_project_gpus'
      | 'own_limit_exceeded'
      | 'project_limit_exceeded'
      | 'waiting_for_mlflow'
      | 'warm_launcher_starting'
      | 'warm_launcher_failed'
      | 'warm_launcher_unsafe'
      | 'warm_launcher_first_job'
      | 'warm_launcher_recipe'
      | 'warm_launcher_variable'
      | 'sweep_space_empty'
      | 'sweep_grid_too_large'
      | 'sweep_not_active'
      | 'sweep_active'
      | 'sweep_failed'
      | 'model_unsafe'
      | 'weights_unwritable'
      | 'model_not_ready'
      | 'report_missing'
      | 'report_rows_missing'
      | 'rows_differ'
      | 'quota_jobs'
      | 'mlflow_unavailable'
      | 'points_waiting'
      | 'mlflow_closed'
      | 'mlflow_not_implemented'
      | 'mlflow_parameter_missing'
      | 'mlflow_reserved_key'
      | 'mlflow_source_refused'
      | 'mlflow_artifact_name'
      | 'mlflow_query_refused'
      | 'mlflow_busy'
      | 'model_exists'
      | 'model_refused'
      | 'model_name_refused'
      | 'alias_refused'
      | 'version_aliased'
      | 'model_aliased'
      | 'alias_protected'
      | 'alias_not_protected'
      | 'alias_held'
      | 'alias_moved'
      | 'already_there'
      | 'nothing_before'
      | 'own_request'
      | 'request_open'
      | 'request_not_open'
      | 'requester_may_not'
      | 'gates_failed'
      | 'rules_unreadable'
      | 'rules_moved'
      | 'gate_version_gone'
      | 'gate_no_report'
      | 'gate_chosen_on_these'
      | 'gate_metric_missing'
      | 'gate_metric_unknown'
      | 'gate_metric_short'
      | 'gate_other_rows'
      | 'gate_champion_unreported'
      | 'gate_other_data'
      | 'gate_other_split'
      | 'gate_rows_missing'
      | 'gate_worse'
      | 'gate_interrupted'
      | 'gate_card_unfilled'
      | 'card_moved'
      | 'dataset_not_for_model'
      | 'evaluation_elsewhere'
      | 'transfer_running'
      | 'job_registered'
      | 'job_of_sweep'
      | 'job_resumed_now'
      | 'copy_differs'
      | 'run_changed';
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
      format: ('csv' | 'tsv' | 'parquet' | 'arrow' | 'jsonl' | 'excel' | 'npz' | 'text' | 'images') | null;
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
        params?: {
          [key: string]: string | number;
        };
        column?: string;
      }[];
      /** @enum {string} */
      state: 'uploading' | 'profiling' | 'ready' | 'failed';
      error: components['schemas']['Failure'] | null;
      source_id: string | null;
      version: number;
      versions: number;
      pending: {
        version: number;
        /** @enum {string} */
        state: 'uploading' | 'profiling' | 'ready' | 'failed';
        error: components['schemas']['Failure'] | null;
      } | null;
      tags: string[];
      /** @enum {string} */
      shared: 'nobody' | 'people' | 'everyone';
      mine: boolean;
      owner: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
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
      std?: number | null;
      quantiles?: number[];
      histogram?: components['schemas']['Histogram'];
      text?: {
        min_length: number;
        mean_length: number;
        max_length: number;
        scripts: {
          arabic: number;
          latin: number;
          digits: number;
          other: number;
        };
      };
      /** @enum {string} */
      calendar?: 'jalali';
      written?: {
        /** @enum {string} */
        decimal?: '.' | ',' | '/';
        percent?: boolean;
        currency?: string;
        /** @enum {string} */
        order?: 'ymd' | 'dmy' | 'mdy';
        months?: boolean;
      };
      top: {
        value: string;
        count: number;
      }[];
    };
    Histogram: {
      edges: (number | string)[];
      counts: number[];
    };
    Sweep: {
      sweep_id: string;
      name: string;
      state: components['schemas']['SweepState'];
      recipe: string;
      dataset_id: string;
      dataset_name: string;
      dataset_version: number | null;
      split_id: string | null;
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
      } | null;
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
    ModelRequest: {
      request_id: string;
      name: string;
      version: number;
      alias: string;
      state: components['schemas']['ModelRequestState'];
      why: string;
      checks: components['schemas']['ModelCheck'][];
      /** @description Where the alias pointed when it was asked for */
      from_version: number | null;
      requested_by: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      requested_at: string;
      decided_by: components['schemas']['Owner'] | null;
      decided_at: string | null;
      reason: string | null;
    };
    ModelCheck: {
      /** @enum {string} */
      gate: 'version' | 'report' | 'test_rows' | 'metric' | 'not_worse' | 'card' | 'approval';
      /** @enum {string} */
      state: 'passed' | 'failed' | 'waiting';
      metric?: string;
      /** @description What counted */
      value?: number;
      /** @description What it was held against */
      limit?: number;
      /** @description The version against what has the alias, row by row */
      paired?: components['schemas']['PairedFigures'];
      /** @description Of one that failed */
      why: components['schemas']['Failure'] | null;
    };
    PairedFigures: {
      metric: string;
      first: components['schemas']['PairedFigure'];
      second: components['schemas']['PairedFigure'];
      /** @description More than 0: the second is better, whatever the direction of the metric */
      difference: number;
      /** @description Its interval of 95 %, by the paired bootstrap */
      low: number;
      high: number;
      /** @description That both were judged on */
      rows: number;
      sentence: string;
      sentence_fa: string;
    };
    PairedFigure: {
      /** @description The figure on the rows that both were judged on */
      value: number;
      /** @description Of its own report */
      rows: number;
    };
    ComparedJob: {
      job_id: string;
      name: string;
      state: components['schemas']['JobState'];
      recipe: string | null;
      script: {
        path: string;
        args: string[];
      } | null;
      params: {
        [key: string]: unknown;
      };
      dataset: {
        dataset_id: string;
        name: string | null;
        version: number | null;
        sha256: string | null;
        split_id: string | null;
      } | null;
      owner: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      started_at: string | null;
      ended_at: string | null;
      seq: number | null;
      began: number | null;
      /** @constant */
      points_missing?: 'mlflow_unavailable';
      series: components['schemas']['ComparedSeries'][];
      report: components['schemas']['ComparedReport'] | null;
    };
    ComparedSeries: {
      metric: number;
      points: number;
      not_finite: number;
      last: components['schemas']['MetricValue'];
      first_step: number;
      last_step: number;
      min: number | null;
      min_step: number | null;
      max: number | null;
      max_step: number | null;
      buckets: number;
      width: number;
      axis: number;
      at: number;
    };
    ComparedReport: {
      /** @enum {string} */
      part: 'test' | 'validation' | 'all';
      chosen_on_these: boolean;
      rows: number;
      metrics: {
        [key: string]: components['schemas']['ReportFigure'];
      };
    };
    ReportFigure: {
      value: number | null;
      low: number | null;
      high: number | null;
      /** @enum {string} */
      better: 'max' | 'min';
    };
    ComparedMetric: {
      key: string;
      better: ('max' | 'min') | null;
      jobs: number;
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      detail_fa: string;
      code: components['schemas']['ErrorCode'];
      request_id: string;
      params?: {
        [key: string]: string | number;
      };
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
      mlflow: 'starting' | 'up' | 'down' | 'failed';
      cpus: number;
      memory_bytes: number;
      gpus: number;
      max_parallel_jobs: number;
      disk_free_bytes: number;
      storage_used_bytes: number;
      workspace_dir: string | null;
      launchers?: components['schemas']['LauncherName'][];
      /** @description Invitations and codes can be sent by e-mail from here */
      mail?: boolean;
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
      /** @description The address that it was last used from; "socket" through JupyterLab */
      last_used_from: string | null;
      /** @description Null: all that its person may */
      scopes: components['schemas']['TokenScope'][] | null;
      /** @description The only project that it reaches; null: all of its person’s */
      project_id: string | null;
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
      /** @description The address that it was last used from; "socket" through JupyterLab */
      last_used_from: string | null;
      /** @description Null: all that its person may */
      scopes: components['schemas']['TokenScope'][] | null;
      /** @description The only project that it reaches; null: all of its person’s */
      project_id: string | null;
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
    NewSession: {
      token: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      expires_at: string;
      user: components['schemas']['User'];
      /** @description Of the invitation, where one was shown */
      project_id?: string;
    };
    SignUp: {
      /** @description An account can be made */
      open: boolean;
      /** @description There is none yet: it would be the first, and the administrator’s */
      first: boolean;
      /** @description It needs the code that the bridge printed when it started */
      code_required: boolean;
      /** @description Whoever holds an invitation into a project can make an account */
      invited: boolean;
    };
    LedgerRow: {
      /** @description Rises by one from row to row */
      seq: number;
      /**
       * Format: date-time
       * @description By the clock of the server, which may have been set back: the order is that of seq
       */
      at: string;
      actor: components['schemas']['LedgerActor'];
      /** @description Of a job: the person whose job it is */
      on_behalf_of: string | null;
      action: string;
      object: components['schemas']['LedgerObject'];
      project_id: string | null;
      before: {
        [key: string]: string | number | boolean | string[] | null;
      } | null;
      after: {
        [key: string]: string | number | boolean | string[] | null;
      } | null;
      reason: string | null;
      /** @description How often it happened within a minute; 1 but for what was refused */
      count: number;
      request_id: string | null;
      /** @description Address of the connection; "socket" through JupyterLab */
      from: string | null;
      /** @description Hash of the row before; 64 zeros in the first */
      previous_hash: string;
      /** @description SHA-256 of all other fields as JSON with sorted names and no spaces */
      hash: string;
    };
    LedgerActor: {
      /** @enum {string} */
      kind: 'user' | 'job' | 'server';
      id: string;
      name: string;
      /** @description The session (ses_…) or personal token (tok_…) that was shown */
      credential: string | null;
    };
    LedgerObject: {
      kind: string;
      id: string;
    };
    LedgerVerdict: {
      rows: number;
      head: {
        seq: number;
        hash: string;
      } | null;
      /** @description The first row that is not as it was written */
      broken: {
        seq: number;
        /** @enum {string} */
        why: 'missing' | 'not_linked' | 'changed';
      } | null;
    };
    PersonEntry: {
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
      /** @description Since when they may not sign in; null: they may */
      disabled_at: string | null;
      /** @description When one of their sessions, browsers or tokens was last used */
      last_used_at: string | null;
      /** @description Open ones */
      sessions: number;
      /** @description Personal tokens that are still good */
      tokens: number;
    };
    Left: {
      /** @description Those that were handed over */
      projects: number;
    };
    ResetLink: {
      token: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      expires_at: string;
      mailed: components['schemas']['Mailed'] | null;
    };
    Mailed: {
      address: string;
      /**
       * @description The mail server took it; it takes none for this address; it is away or refused the letter
       * @enum {string}
       */
      outcome: 'sent' | 'address_refused' | 'failed';
    };
    SignedOut: {
      sessions: number;
      tokens: number;
    };
    Leaving: {
      /** @description Nobody else could administer this server: another admin comes first */
      last_admin: boolean;
      /** @description Names of those that still begin jobs as this person: they are stopped first */
      sweeps: string[];
      hand_over: components['schemas']['ProjectsToHandOver'];
      /** @description Projects that stay with their other owners */
      stays: number;
    };
    /** @description Those that nobody else owns: somebody has to get them */
    ProjectsToHandOver: {
      count: number;
      /** @description The first 100, by name */
      items: components['schemas']['ProjectToHandOver'][];
    };
    ProjectToHandOver: {
      project_id: string;
      name: string;
      /** @description The others, who stay in it */
      members: number;
      /** @description Since when it waits to be purged; its owner may restore it */
      deleted_at: string | null;
    };
    ServerSettings: {
      signup: components['schemas']['SignUpMode'];
      /** @description What KARGAH_SIGNUP says, which counts where nobody set another */
      signup_setting: components['schemas']['SignUpMode'];
    };
    KeysRotated: {
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      since: string;
    };
    MyLimits: {
      person: components['schemas']['LimitsInUse'];
      project: components['schemas']['LimitsInUse'];
    };
    LimitsInUse: {
      /** @description What counts */
      limits: components['schemas']['Limits'];
      /** @description What an administrator set; null: as for everybody */
      own: components['schemas']['Limits'];
      use: components['schemas']['LimitUse'];
    };
    /** @description What runs and is kept now */
    LimitUse: {
      jobs: number;
      cpus: number;
      gpus: number;
      bytes: number;
    };
    ServerProject: {
      project_id: string;
      name: string;
      owners: string[];
      members: number;
    };
    DatasetTombstone: {
      dataset_id: string;
      freed_bytes: number;
      kept: {
        version: number;
        size_bytes: number;
        jobs: {
          job_id: string;
          name: string;
          has_model: boolean;
        }[];
      }[];
    };
    Sharing: {
      everyone: boolean;
      people: {
        user_id: string;
        email: string;
        name: string;
      }[];
      projects: {
        project_id: string;
        name: string;
      }[];
    };
    DatasetPage: {
      items: components['schemas']['Dataset'][];
      next_cursor: string | null;
    };
    DatasetPreview: {
      dataset_id: string;
      columns: {
        name: string;
        /** @enum {string} */
        type: 'integer' | 'number' | 'boolean' | 'text' | 'category' | 'date' | 'datetime';
        /** @enum {string} */
        direction: 'ltr' | 'rtl';
        /** @enum {string} */
        calendar?: 'jalali';
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
    ReadingPreview: {
      reading: components['schemas']['ReadingOutput'];
      columns: {
        name: string;
        /** @enum {string} */
        type: 'integer' | 'number' | 'boolean' | 'text' | 'category' | 'date' | 'datetime';
        /** @enum {string} */
        direction: 'ltr' | 'rtl';
        written?: {
          /** @enum {string} */
          decimal?: '.' | ',' | '/';
          percent?: boolean;
          currency?: string;
          /** @enum {string} */
          order?: 'ymd' | 'dmy' | 'mdy';
          months?: boolean;
        };
      }[];
      rows: (string | number | boolean | null)[][];
      warnings: {
        code: string;
        detail: string;
        detail_fa: string;
        params?: {
          [key: string]: string | number;
        };
        column?: string;
      }[];
      changes: {
        column: string;
        before: string;
        after: string;
        count: number;
      }[];
      encodings: {
        encoding: string;
        line: string;
      }[];
      sheets: string[];
      error: components['schemas']['Failure'] | null;
    };
    DatasetProfile: {
      dataset_id: string;
      rows: number;
      columns: components['schemas']['Column'][];
      classes: {
        name: string;
        count: number;
      }[];
      images?: {
        widths: components['schemas']['Histogram'];
        heights: components['schemas']['Histogram'];
        grey: number;
      };
      parts?: {
        train: number;
        validation: number;
        test: number;
      };
    };
    QueryResult: {
      columns: {
        name: string;
        type: string;
        /** @enum {string} */
        direction: 'ltr' | 'rtl';
      }[];
      rows: (string | number | boolean | null)[][];
      truncated: boolean;
      seconds: number;
    };
    Split: {
      split_id: string;
      version: number;
      /**
       * @default ratio
       * @enum {string}
       */
      method: 'ratio' | 'stratified' | 'group' | 'time' | 'given';
      /** @default 0.8 */
      train: number;
      /** @default 0.1 */
      validation: number;
      /** @default 0.1 */
      test: number;
      column?: string;
      /** @default 0 */
      seed: number;
      rows: {
        train: number;
        validation: number;
        test: number;
      };
      sha256: string;
      is_default: boolean;
      warnings: {
        code: string;
        detail: string;
        detail_fa: string;
        params?: {
          [key: string]: string | number;
        };
        column?: string;
      }[];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
    };
    Lineage: {
      jobs: {
        job_id: string;
        name: string;
        state: string;
        version: number;
        split_id: string | null;
        has_model: boolean;
        metric: {
          key: string;
          value: number;
        } | null;
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         */
        created_at: string;
      }[];
      next_cursor: string | null;
    };
    DatasetVersion: {
      version_id: string;
      dataset_id: string;
      version: number;
      /** @enum {string} */
      state: 'uploading' | 'profiling' | 'ready' | 'failed';
      error: components['schemas']['Failure'] | null;
      filename: string;
      format: ('csv' | 'tsv' | 'parquet' | 'arrow' | 'jsonl' | 'excel' | 'npz' | 'text' | 'images') | null;
      kind: ('tabular' | 'images') | null;
      size_bytes: number;
      sha256: string | null;
      data_sha256: string | null;
      rows: number | null;
      columns: number | null;
      encoding: string | null;
      warnings: {
        code: string;
        detail: string;
        detail_fa: string;
        params?: {
          [key: string]: string | number;
        };
        column?: string;
      }[];
      reading: components['schemas']['ReadingOutput'];
      origin: components['schemas']['Origin'];
      splits: components['schemas']['Split'][];
      jobs: number;
      models: number;
      deleted: boolean;
      freed: boolean;
      created_by: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
    };
    Origin:
      | {
          /** @constant */
          kind: 'upload';
        }
      | {
          /** @constant */
          kind: 'url';
          url?: string;
          source_id?: string;
        }
      | {
          /** @constant */
          kind: 'sql';
          connection?: string;
          query?: string;
        }
      | {
          /** @constant */
          kind: 'file';
          path?: string;
        }
      | {
          /** @constant */
          kind: 'source';
          source_id: string;
        }
      | {
          /** @constant */
          kind: 'reread';
          version: number;
        };
    VersionDiff: {
      from: number;
      to: number;
      rows: {
        before: number;
        after: number;
        added: number;
        removed: number;
      };
      columns_added: string[];
      columns_removed: string[];
      columns_retyped: {
        column: string;
        before: string;
        after: string;
      }[];
      missing: {
        column: string;
        before: number;
        after: number;
      }[];
      distributions: {
        column: string;
        /** @enum {string} */
        measure: 'psi' | 'total_variation';
        value: number;
      }[];
      classes: {
        name: string;
        before: number;
        after: number;
      }[];
    };
    DatasetVersionPage: {
      items: components['schemas']['DatasetVersion'][];
      next_cursor: string | null;
    };
    Connection: {
      connection_id: string;
      name: string;
      /** @enum {string} */
      kind: 'postgresql' | 'sqlite';
      address: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
    };
    ConnectionPage: {
      items: components['schemas']['Connection'][];
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
      rows: number | null;
      columns: number | null;
      size_bytes: number | null;
      task: ('classification' | 'regression') | null;
      target: string | null;
      license: string;
      origin: string;
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
      params_schema: {
        [key: string]: unknown;
      };
      primary_params: string[];
    };
    Report: components['schemas']['ClassificationReport'] | components['schemas']['RegressionReport'];
    ClassificationReport: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      task: 'classification';
      classes: string[];
      confusion: number[][] | null;
      confused: {
        truth: string;
        answer: string;
        rows: number;
      }[];
      per_class: {
        name: string;
        rows: number;
        precision: number;
        recall: number;
        f1: number;
      }[];
      calibration: {
        bins: {
          low: number;
          high: number;
          rows: number;
          confidence: number;
          accuracy: number;
        }[];
        expected_calibration_error: number;
      };
      curves: {
        roc: {
          false_positive_rate: number;
          true_positive_rate: number;
        }[];
        precision_recall: {
          recall: number;
          precision: number;
        }[];
      } | null;
      worst: {
        row: number;
        loss: number;
        truth: string;
        answer: string;
        probability: number;
        probability_of_truth: number;
      }[];
      label_errors: {
        rows: number;
        first: {
          row: number;
          truth: string;
          answer: string;
          probability: number;
          probability_of_truth: number;
        }[];
      };
      /** @constant */
      format: 1;
      /** @enum {string} */
      part: 'test' | 'validation' | 'all';
      chosen_on_these: boolean;
      rows: number;
      level: number;
      resamples: number;
      seed: number;
      metrics: {
        [key: string]: components['schemas']['ReportFigure'];
      };
      baselines?: components['schemas']['ReportBaseline'][];
      learned_from?: components['schemas']['ReportLearnedFrom'];
      judged_on?: components['schemas']['ReportJudgedOn'];
      slices?: {
        column: string;
        value?: string | null;
        low?: number;
        high?: number;
        missing?: boolean;
        rows: number;
        loss: number;
        loss_elsewhere: number;
      }[];
      importance?: {
        column: string;
        growth: number | null;
        spread: number | null;
      }[];
    };
    ReportBaseline: {
      /** @enum {string} */
      kind: 'majority' | 'mean' | 'linear';
      rows: number;
      columns: number | null;
      metrics: {
        [key: string]: number | null;
      };
      gains: {
        [key: string]: {
          value: number | null;
          low: number | null;
          high: number | null;
        };
      };
      /** @enum {string} */
      verdict: 'better' | 'sure' | 'hardly' | 'worse' | 'unknown';
    };
    ReportLearnedFrom: {
      columns: number;
      rows_left_out: number;
      columns_left_out: number;
      left_out: {
        column: string;
        /** @enum {string} */
        reason: 'not_chosen' | 'empty' | 'constant' | 'free_text' | 'type';
        values: number | null;
      }[];
    };
    ReportJudgedOn: {
      dataset_id: string;
      dataset_name: string;
      dataset_version: number | null;
      dataset_sha256: string | null;
      split_id: string | null;
      rows_left_out: number;
      unknown: {
        column: string;
        values: number;
        first: string[];
        rows: number;
      }[];
    };
    RegressionReport: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      task: 'regression';
      residuals: {
        mean: number;
        median: number;
        histogram: {
          edges: number[];
          rows: number[];
        };
        dots: {
          truth: number | null;
          answer: number | null;
        }[];
      };
      interval: {
        level: number;
        half_width: number;
        coverage: number;
      } | null;
      worst: {
        row: number;
        loss: number;
        truth: number | null;
        answer: number | null;
      }[];
      /** @constant */
      format: 1;
      /** @enum {string} */
      part: 'test' | 'validation' | 'all';
      chosen_on_these: boolean;
      rows: number;
      level: number;
      resamples: number;
      seed: number;
      metrics: {
        [key: string]: components['schemas']['ReportFigure'];
      };
      baselines?: components['schemas']['ReportBaseline'][];
      learned_from?: components['schemas']['ReportLearnedFrom'];
      judged_on?: components['schemas']['ReportJudgedOn'];
      slices?: {
        column: string;
        value?: string | null;
        low?: number;
        high?: number;
        missing?: boolean;
        rows: number;
        loss: number;
        loss_elsewhere: number;
      }[];
      importance?: {
        column: string;
        growth: number | null;
        spread: number | null;
      }[];
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
      items: components['schemas']['Job'][];
      next_cursor: string | null;
    };
    DeletedJobs: {
      deleted: string[];
      /** @description Those for which it was not done, and why, where it was done for others; else the first reason is the answer */
      refused: components['schemas']['RefusedJob'][];
      /**
       * Format: date-time
       * @description Then their folders and runs go, and their space is free
       */
      restorable_until: string;
    };
    RefusedJob: {
      job_id: string;
      error: components['schemas']['Failure'];
    };
    RestoredJobs: {
      restored: components['schemas']['Job'][];
      /** @description Those for which it was not done, and why, where it was done for others; else the first reason is the answer */
      refused: components['schemas']['RefusedJob'][];
    };
    LaunchPlan: {
      argv: string[];
      cwd: string;
      env: {
        [key: string]: string;
      };
      python: string;
      launch: components['schemas']['LaunchKind'];
      launch_note: components['schemas']['Failure'] | null;
      params: {
        [key: string]: unknown;
      };
      resources: {
        cpus: number;
        memory_mb: number;
        gpus: number;
        time_limit_seconds: number | null;
      };
      jobs_before: number;
      waiting: components['schemas']['Failure'] | null;
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
    MetricNamePage: {
      items: components['schemas']['MetricName'][];
      next_cursor: string | null;
    };
    MetricName: {
      key: string;
      points: number;
      last: components['schemas']['MetricPoint'];
    };
    /** @description `seq` is the live sequence number this history reaches; subscribe with it as `after`. */
    MetricHistory: {
      items: components['schemas']['MetricPoint'][];
      seq: number;
    };
    /** @description `offset` is the byte at which the line begins. */
    LogMatches: {
      items: {
        offset: number;
        text: string;
      }[];
      next_offset: number | null;
    };
    RegisteredModel: {
      name: string;
      description: string;
      tags: {
        [key: string]: string;
      };
      aliases: components['schemas']['ModelAlias'][];
      /** @description How many there are */
      versions: number;
      latest_version: number | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      updated_at: string;
    };
    /** @description A name that points to a version */
    ModelAlias: {
      alias: string;
      version: number;
      /** @description It moves by request, and back; not by MLflow’s own client */
      protected: boolean;
      /** @description Of a protected one: since when it points there */
      since: string | null;
      by: components['schemas']['Owner'] | null;
      /** @description What it goes back to */
      before: number | null;
    };
    RegisteredModelPage: {
      items: components['schemas']['RegisteredModel'][];
      next_cursor: string | null;
      /** @description False: MLflow is away, and this is what was last seen of its registry */
      current: boolean;
    };
    ModelVersion: {
      name: string;
      version: number;
      description: string;
      tags: {
        [key: string]: string;
      };
      aliases: string[];
      status: string;
      source: string;
      /** @description As MLflow’s clients load it */
      model_uri: string;
      mlflow_run_id: string | null;
      /** @description Null where no job of this project made it */
      lineage: components['schemas']['ModelLineage'] | null;
      job_deleted: boolean;
      /** @description What it learned from is no longer there */
      dataset_deleted: boolean;
      registered_by: {
        user_id: string;
        name: string;
      } | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      updated_at: string;
    };
    ModelLineage: {
      job_id: string;
      job_name: string;
      recipe: string | null;
      script: string | null;
      dataset_id: string | null;
      dataset_name: string | null;
      dataset_version: number | null;
      dataset_sha256: string | null;
      split_id: string | null;
      best_metric: components['schemas']['Best'] | null;
      size_bytes: number | null;
      trained_by: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      trained_at: string;
    };
    TrainedModelPage: {
      items: components['schemas']['TrainedModel'][];
      next_cursor: string | null;
    };
    TrainedModel: {
      job_id: string;
      name: string;
      recipe: string | null;
      dataset_name: string | null;
      dataset_id: string | null;
      dataset_version: number | null;
      split_id: string | null;
      mlflow_run_id: string;
      model_uri: string;
      size_bytes: number | null;
      best_metric: components['schemas']['Best'] | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
    };
    ModelVersionPage: {
      items: components['schemas']['ModelVersion'][];
      next_cursor: string | null;
      /** @description False: MLflow is away, and this is what was last seen of its registry */
      current: boolean;
    };
    ModelDependents: {
      /** @description While there is one, deleting is refused */
      aliases: components['schemas']['ModelAlias'][];
      versions: number;
      /** @description Whose models these are, at most 100; they stay */
      jobs: {
        job_id: string;
        name: string;
      }[];
    };
    ModelRules: {
      aliases: {
        [key: string]: components['schemas']['AliasRulesOutput'];
      };
      /** @description The same, as one file */
      yaml: string;
      /** @description Rises with every change; 0: the rules that hold where nobody set any */
      revision: number;
      changed_by: {
        user_id: string;
        name: string;
      } | null;
      changed_at: string | null;
    };
    ModelRequestPage: {
      items: components['schemas']['ModelRequest'][];
      next_cursor: string | null;
    };
    ModelMovePage: {
      items: components['schemas']['ModelMove'][];
      next_cursor: string | null;
    };
    ModelMove: {
      move_id: string;
      name: string;
      alias: string;
      /**
       * @description adopt: MLflow had it when it became protected; lost: the version was deleted behind the bridge
       * @enum {string}
       */
      kind: 'promote' | 'roll_back' | 'demote' | 'adopt' | 'lost';
      from_version: number | null;
      /** @description Null: it points nowhere from then on */
      to_version: number | null;
      request_id: string | null;
      why: string;
      by: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      at: string;
    };
    ModelCard: {
      name: string;
      version: number;
      /** @description Rises with every change; 0: nobody has filled it */
      revision: number;
      fields: components['schemas']['CardFieldsOutput'];
      /** @description What has to be filled, and is not */
      missing: components['schemas']['CardField'][];
      facts: components['schemas']['CardFacts'];
      /** @description False: MLflow is away, so that the report is as it was when the card was last filled */
      facts_current: boolean;
      changed_by: components['schemas']['Owner'] | null;
      changed_at: string | null;
    };
    /** @enum {string} */
    CardField: 'intended_use' | 'out_of_scope' | 'limitations' | 'data_notes' | 'ethics' | 'license' | 'contact';
    CardFacts: {
      task: ('classification' | 'regression') | null;
      recipe: string | null;
      script: string | null;
      job: {
        job_id: string;
        name: string;
      } | null;
      dataset: {
        name: string;
        version: number | null;
        sha256: string | null;
        rows: number | null;
        columns: number | null;
        /** @description Its name in the catalogue */
        source: string | null;
        /** @description As the catalogue has it */
        license: string | null;
        split_id: string | null;
      } | null;
      evaluation: {
        /** @enum {string} */
        part: 'test' | 'validation' | 'all';
        chosen_on_these: boolean;
        rows: number;
        level: number;
        metrics: {
          [key: string]: components['schemas']['ReportFigure'];
        };
      } | null;
      target: string | null;
      /** @description What it learned from, at most 200, the weightiest first */
      columns: string[];
      column_count: number | null;
      classes: string[];
      /** @description What its report says against it */
      limits: {
        en: string;
        fa: string;
      }[];
      trained_by: components['schemas']['Owner'] | null;
      trained_at: string | null;
      registered_by: components['schemas']['Owner'] | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      registered_at: string;
    };
    CardRevisionPage: {
      items: components['schemas']['CardRevision'][];
      next_cursor: string | null;
    };
    CardRevision: {
      /** @description Rises with every change; 0: nobody has filled it */
      revision: number;
      fields: components['schemas']['CardFieldsOutput'];
      /** @description What differs from the revision before */
      changed: components['schemas']['CardField'][];
      changed_by: components['schemas']['Owner'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      changed_at: string;
    };
    Project: {
      project_id: string;
      name: string;
      /** @description The caller’s own */
      role: components['schemas']['ProjectRole'];
      /** @description What the caller may do in it */
      permissions: string[];
      /** @description The one that a request means which names none */
      is_default: boolean;
      members: number;
      /** @description What MLflow calls it */
      workspace: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
    };
    NewInvitation: {
      invitation_id: string;
      role: components['schemas']['ProjectRole'];
      /** @enum {string} */
      state: 'open' | 'used' | 'revoked' | 'expired';
      created_by: {
        user_id: string;
        name: string;
      };
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
      /** @description The address that it was sent to by e-mail */
      sent_to: string | null;
      used_by: {
        user_id: string;
        name: string;
      } | null;
      token: string;
      mailed: components['schemas']['Mailed'] | null;
    };
    Invitation: {
      invitation_id: string;
      role: components['schemas']['ProjectRole'];
      /** @enum {string} */
      state: 'open' | 'used' | 'revoked' | 'expired';
      created_by: {
        user_id: string;
        name: string;
      };
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
      /** @description The address that it was sent to by e-mail */
      sent_to: string | null;
      used_by: {
        user_id: string;
        name: string;
      } | null;
    };
    DeletedProject: {
      project_id: string;
      name: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      deleted_at: string;
      deleted_by: {
        user_id: string;
        name: string;
      } | null;
      /**
       * Format: date-time
       * @description Until then it can be restored
       */
      purged_after: string;
      jobs_stopping: number;
    };
    ProjectContents: {
      datasets: number;
      /** @description Those among them that people outside the project see */
      shared_datasets: number;
      dataset_bytes: number;
      /** @description Waiting and running ones: they are stopped first */
      jobs_running: number;
      jobs_ended: number;
      /** @description What ended jobs left */
      models: number;
      sweeps: number;
      connections: number;
      members: number;
      /** @description For how long a deleted project can be restored */
      kept_days: number;
    };
    Member: {
      user_id: string;
      name: string;
      email: string;
      role: components['schemas']['ProjectRole'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      since: string;
    };
    InvitationOffer: {
      project_name: string;
      invited_by: string;
      role: components['schemas']['ProjectRole'];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      expires_at: string;
    };
    SweepPage: {
      items: components['schemas']['SweepOutput'][];
      next_cursor: string | null;
    };
    Transfer: {
      transfer_id: string;
      /** @enum {string} */
      act: 'move' | 'copy';
      /** @enum {string} */
      kind: 'job';
      /** @description What is moved or copied */
      object_id: string;
      /** @description Where to */
      project_id: string;
      /**
       * @description While it runs nothing of it is seen in the other project; of what failed nothing is left there
       * @enum {string}
       */
      state: 'running' | 'done' | 'failed';
      /** @description How many runs and their files have arrived */
      done: number;
      total: number;
      /** @description What it is called there; null before it is done */
      result_id: string | null;
      error: components['schemas']['Failure'] | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      ended_at: string | null;
    };
    ReadingOutput: {
      /** @enum {string} */
      encoding?:
        | 'utf-8'
        | 'utf-16'
        | 'windows-1256'
        | 'windows-1252'
        | 'windows-1254'
        | 'windows-1251'
        | 'gb18030'
        | 'cp864'
        | 'iran-system'
        | 'utf-8-as-windows-1252'
        | 'utf-8-as-windows-1256';
      /** @enum {string} */
      delimiter?: ',' | ';' | '\t' | '|' | '؛';
      header?: boolean;
      skip_rows?: number;
      comment?: string;
      header_rows?: number;
      units?: boolean;
      normalise_persian?: boolean;
      unify?: boolean;
      sheet?: string;
      missing?: string[];
      types?: {
        [key: string]: {
          /** @enum {string} */
          type: 'integer' | 'number' | 'boolean' | 'text' | 'category' | 'date' | 'datetime';
          /**
           * @default fail
           * @enum {string}
           */
          invalid: 'fail' | 'missing';
          /** @enum {string} */
          decimal?: '.' | ',' | '/';
          /** @enum {string} */
          order?: 'ymd' | 'dmy' | 'mdy';
          /** @enum {string} */
          calendar?: 'gregorian' | 'jalali';
        };
      };
    };
    AliasRulesOutput: {
      /**
       * @description There is a report on the version
       * @default false
       */
      report: boolean;
      /**
       * @description The report is on test rows, by which the best epoch was not chosen
       * @default false
       */
      test_rows: boolean;
      /** @default [] */
      metrics: components['schemas']['GateMetricOutput'][];
      /**
       * @description Not worse, on the same rows, than what has the alias now
       * @default null
       */
      not_worse: {
        metric: string;
        /**
         * @description By how much it may be worse, in the unit of the metric
         * @default 0
         */
        margin: number;
        /**
         * @description The worse end of the paired interval of 95 % counts, so that it is known not to be worse by more; false: the difference itself
         * @default true
         */
        interval: boolean;
      } | null;
      /**
       * @description The model card is filled
       * @default false
       */
      card: boolean;
      /**
       * @description Somebody who is not the requester approves: always, or where the project has such a person
       * @default none
       * @enum {string}
       */
      approval: 'another' | 'if_there_is_another' | 'none';
    };
    GateMetricOutput: {
      metric: string;
      at_least?: number;
      at_most?: number;
      /**
       * @description The worse end of the interval counts, not the value
       * @default true
       */
      interval: boolean;
    };
    CardFieldsOutput: {
      /**
       * @description For what, and by whom, it is meant to be used
       * @default
       */
      intended_use: string;
      /**
       * @description For what it must not be used
       * @default
       */
      out_of_scope: string;
      /**
       * @description Where it is known to fail, and whom that harms
       * @default
       */
      limitations: string;
      /**
       * @description Where the data come from, who is in them, and what was left out
       * @default
       */
      data_notes: string;
      /**
       * @description What else somebody should weigh before they use it
       * @default
       */
      ethics: string;
      /**
       * @description Of the model: an identifier as Hugging Face has it (apache-2.0), or a name
       * @default
       */
      license: string;
      /**
       * @description Whom to ask
       * @default
       */
      contact: string;
    };
    SweepOutput: {
      sweep_id: string;
      name: string;
      state: components['schemas']['SweepState'];
      recipe: string;
      dataset_id: string;
      dataset_name: string;
      dataset_version: number | null;
      split_id: string | null;
      params: {
        [key: string]: unknown;
      };
      space: {
        [key: string]: components['schemas']['SweepDimensionOutput'];
      };
      method: components['schemas']['SweepMethod'];
      pruner: components['schemas']['SweepPruner'];
      metric: {
        key: string;
        /** @enum {string} */
        mode: 'max' | 'min';
      } | null;
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
    /** @enum {string} */
    FileSuffix:
      | '.csv'
      | '.tsv'
      | '.txt'
      | '.parquet'
      | '.pq'
      | '.arrow'
      | '.arrows'
      | '.feather'
      | '.ipc'
      | '.jsonl'
      | '.ndjson'
      | '.json'
      | '.xlsx'
      | '.npz'
      | '.zip'
      | '.tar'
      | '.tar.gz'
      | '.csv.gz'
      | '.tsv.gz'
      | '.jsonl.gz'
      | '.ndjson.gz'
      | '.json.gz'
      | '.tgz';
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
      job: components['schemas']['Job'];
      /** @default false */
      deleted: boolean;
    };
    DatasetChanged: {
      dataset: components['schemas']['Dataset'];
      /** @default false */
      deleted: boolean;
    };
    DatasetProfileEvent: {
      dataset_id: string;
      version: number;
      columns: components['schemas']['Column'][];
      rows: number;
      done: number;
      total: number;
    };
    SweepChanged: {
      sweep: components['schemas']['SweepOutput'];
      /** @default false */
      deleted: boolean;
    };
    ProjectsChanged: Record<string, never>;
    SystemChanged: {
      /** @enum {string} */
      mlflow: 'starting' | 'up' | 'down' | 'failed';
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
    ModelsChanged: {
      name: string | null;
    };
    ModelRequestChanged: {
      request: components['schemas']['ModelRequest'];
    };
    Comparison: {
      jobs: components['schemas']['ComparedJob'][];
      not_found: string[];
      metrics: components['schemas']['ComparedMetric'][];
      names: string[];
      name_count: number;
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
          'application/json': {
            [key: string]: unknown;
          };
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
            mlflow: 'starting' | 'up' | 'down' | 'failed';
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /**
       * @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `session_required`: A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /**
       * @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `session_required`: A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /**
       * @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `session_required`: A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /**
       * @description `account_disabled`: This account is disabled; ask an administrator to enable it.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /**
       * @description `client_header_missing`: Send the X-Kargah-Client header with this request.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /**
       * @description `client_header_missing`: Send the X-Kargah-Client header with this request.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
          'application/json': components['schemas']['NewSession'];
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
       * @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `signup_by_invitation`: Accounts are made by invitation here; open the link that an owner of a project gives you, or ask an administrator.
       *
       *     `signup_closed`: New accounts are closed here; ask the administrator to open them (KARGAH_SIGNUP).
       *
       *     `signup_code_required`: The first account needs the code that Kargah printed when it started; it is in its terminal or log, after “code for the first account:”.
       *
       *     `signup_code_wrong`: This is not the code of this start; copy the newest one from the terminal or log of Kargah, after “code for the first account:”.
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `invitation_unknown`: This is not an invitation of this Kargah; copy the whole link, or ask for a new one. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `conflict`: Someone changed this meanwhile; reload and try again.
       *
       *     `email_taken`: This email already has an account; sign in.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `invitation_expired`: This invitation has expired; ask an owner of the project for a new one.
       *
       *     `invitation_revoked`: This invitation was revoked; ask an owner of the project for a new one.
       *
       *     `invitation_used`: This invitation has been used; ask an owner of the project for a new one.
       */
      410: {
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
       *     `password_too_long`: Use at most {max} characters.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `weak_password`: Use at least {min} characters; a short sentence works well.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  signup: {
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
          'application/json': components['schemas']['SignUp'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  exportLedger: {
    parameters: {
      query?: {
        /** @description Id of a person or a job; with a person what their jobs did too */
        actor?: string;
        action?:
          | 'person.register'
          | 'person.sign_in'
          | 'person.change_password'
          | 'person.change_email'
          | 'person.change'
          | 'person.sign_out'
          | 'person.reset'
          | 'person.limit'
          | 'person.leave'
          | 'person.delete'
          | 'session.end'
          | 'token.make'
          | 'token.revoke'
          | 'project.make'
          | 'project.change'
          | 'project.limit'
          | 'project.delete'
          | 'project.restore'
          | 'project.purge'
          | 'member.add'
          | 'member.change'
          | 'member.remove'
          | 'member.leave'
          | 'invitation.make'
          | 'invitation.accept'
          | 'invitation.revoke'
          | 'dataset.share'
          | 'dataset.move'
          | 'dataset.copy'
          | 'dataset.delete'
          | 'job.stop'
          | 'job.delete'
          | 'job.restore'
          | 'job.move'
          | 'job.copy'
          | 'sweep.stop'
          | 'sweep.delete'
          | 'connection.make'
          | 'connection.delete'
          | 'model.promote'
          | 'model.demote'
          | 'model.roll_back'
          | 'model.request'
          | 'model.refuse'
          | 'model.withdraw'
          | 'model.set_rules'
          | 'model.fill_card'
          | 'model.set_alias'
          | 'model.set_stage'
          | 'model.rename'
          | 'model.delete'
          | 'model.delete_version'
          | 'experiment.delete'
          | 'experiment.restore'
          | 'run.delete'
          | 'run.restore'
          | 'artifact.delete'
          | 'logged_model.delete'
          | 'trace.delete'
          | 'evaluation.delete'
          | 'evaluation.delete_records'
          | 'scorer.delete'
          | 'server.signup'
          | 'server.rotate_keys'
          | 'access.refuse';
        /** @description <kind>/<id> */
        object?: string;
        project_id?: string;
        since?: string;
        until?: string;
        format?: 'jsonl' | 'csv';
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A row on each line; `kargah ledger verify` checks JSON Lines */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/x-ndjson': string;
          'text/csv': string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listLedger: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        /** @description Id of a person or a job; with a person what their jobs did too */
        actor?: string;
        action?:
          | 'person.register'
          | 'person.sign_in'
          | 'person.change_password'
          | 'person.change_email'
          | 'person.change'
          | 'person.sign_out'
          | 'person.reset'
          | 'person.limit'
          | 'person.leave'
          | 'person.delete'
          | 'session.end'
          | 'token.make'
          | 'token.revoke'
          | 'project.make'
          | 'project.change'
          | 'project.limit'
          | 'project.delete'
          | 'project.restore'
          | 'project.purge'
          | 'member.add'
          | 'member.change'
          | 'member.remove'
          | 'member.leave'
          | 'invitation.make'
          | 'invitation.accept'
          | 'invitation.revoke'
          | 'dataset.share'
          | 'dataset.move'
          | 'dataset.copy'
          | 'dataset.delete'
          | 'job.stop'
          | 'job.delete'
          | 'job.restore'
          | 'job.move'
          | 'job.copy'
          | 'sweep.stop'
          | 'sweep.delete'
          | 'connection.make'
          | 'connection.delete'
          | 'model.promote'
          | 'model.demote'
          | 'model.roll_back'
          | 'model.request'
          | 'model.refuse'
          | 'model.withdraw'
          | 'model.set_rules'
          | 'model.fill_card'
          | 'model.set_alias'
          | 'model.set_stage'
          | 'model.rename'
          | 'model.delete'
          | 'model.delete_version'
          | 'experiment.delete'
          | 'experiment.restore'
          | 'run.delete'
          | 'run.restore'
          | 'artifact.delete'
          | 'logged_model.delete'
          | 'trace.delete'
          | 'evaluation.delete'
          | 'evaluation.delete_records'
          | 'scorer.delete'
          | 'server.signup'
          | 'server.rotate_keys'
          | 'access.refuse';
        /** @description <kind>/<id> */
        object?: string;
        project_id?: string;
        since?: string;
        until?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
          'application/json': {
            items: components['schemas']['LedgerRow'][];
            next_cursor: string | null;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  verifyLedger: {
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
          'application/json': components['schemas']['LedgerVerdict'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  changeEmail: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['EmailChange'];
      };
    };
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
      /**
       * @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `session_required`: A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       * @description `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `wrong_password`: This is not your present password; write it again.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  changePassword: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PasswordChange'];
      };
    };
    responses: {
      /** @description Done; no body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
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
      /**
       * @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `session_required`: A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       *     `password_too_long`: Use at most {max} characters.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `weak_password`: Use at least {min} characters; a short sentence works well.
       *
       *     `wrong_password`: This is not your present password; write it again.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  removePerson: {
    parameters: {
      query?: {
        /** @description E-mail of whoever is to own the projects that nobody else owns */
        hand_to?: string;
      };
      header?: never;
      path: {
        user_id: string;
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
          'application/json': components['schemas']['Left'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `session_required`: A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.
       */
      403: {
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
       * @description `last_admin`: Nobody would be left to administer this Kargah; make another person admin first.
       *
       *     `projects_to_hand_over`: Nobody else owns {names} ({count} in all); say by their e-mail who gets them.
       *
       *     `sweeps_to_stop`: The sweep “{name}” still begins jobs as this person; stop it first.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `heir_unknown`: {email} is no other account that may be used here; name somebody who has one.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  changePerson: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        user_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PersonChange'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PersonEntry'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `session_required`: A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `last_admin`: Nobody would be left to administer this Kargah; make another person admin first. */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  leaveServer: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['LeaveRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Left'];
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
      /**
       * @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `session_required`: A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `last_admin`: Nobody would be left to administer this Kargah; make another person admin first.
       *
       *     `projects_to_hand_over`: Nobody else owns {names} ({count} in all); say by their e-mail who gets them.
       *
       *     `sweeps_to_stop`: The sweep “{name}” still begins jobs as this person; stop it first.
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
       * @description `heir_unknown`: {email} is no other account that may be used here; name somebody who has one.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `wrong_password`: This is not your present password; write it again.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listPeople: {
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
          'application/json': {
            items: components['schemas']['PersonEntry'][];
            next_cursor: string | null;
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  makeResetLink: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['ResetLinkRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ResetLink'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `session_required`: A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `mail_not_set_up`: This Kargah sends no e-mail: ask for the link without e-mail and hand it over yourself, or ask the administrator to name a mail server (KARGAH_SMTP_URL). */
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
      /** @description `rate_limited`: Too many attempts; try again in {seconds} s. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  resetPassword: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ResetRequest'];
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
      /**
       * @description `account_disabled`: This account is disabled; ask an administrator to enable it.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `reset_link_over`: This link was used, has expired or was replaced by a newer one; ask an administrator for another. */
      410: {
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
       *     `password_too_long`: Use at most {max} characters.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `weak_password`: Use at least {min} characters; a short sentence works well.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  signOutPerson: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        user_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['SignOutRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SignedOut'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `session_required`: A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  whatILeave: {
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
          'application/json': components['schemas']['Leaving'];
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
      /**
       * @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `session_required`: A personal token makes and ends no tokens or sessions; sign in with your password, in the panel.
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  whatLeaves: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        user_id: string;
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
          'application/json': components['schemas']['Leaving'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getServerSettings: {
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
          'application/json': components['schemas']['ServerSettings'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  patchServerSettings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ServerSettingsChange'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerSettings'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  rotateKeys: {
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
          'application/json': components['schemas']['KeysRotated'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getLimits: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
          'application/json': components['schemas']['MyLimits'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getPersonLimits: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        user_id: string;
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
          'application/json': components['schemas']['LimitsInUse'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  putPersonLimits: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        user_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Limits'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LimitsInUse'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getProjectLimits: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
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
          'application/json': components['schemas']['LimitsInUse'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  putProjectLimits: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Limits'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LimitsInUse'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listServerProjects: {
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
          'application/json': {
            items: components['schemas']['ServerProject'][];
            next_cursor: string | null;
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  copyDataset: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CopyDatasetRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Dataset'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `payload_too_large`: The request is larger than {limit}.
       *
       *     `project_quota_exceeded`: The project’s datasets use {used} of the {limit} that it may have; delete some and try again, or ask an administrator for more.
       *
       *     `quota_exceeded`: Your datasets use {used} of the {limit} that you may have; delete some and try again, or ask an administrator for more.
       */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['Dataset'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['DatasetTombstone'];
        };
      };
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ChangeDatasetRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Dataset'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getSharing: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['Sharing'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  putSharing: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SharingRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Sharing'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       * @description `unknown_person`: Nobody here has the email {email}; ask them to register first.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listDatasets: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        search?: string;
        tag?: string;
        sha256?: string;
        size_bytes?: number;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  moveDataset: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['MoveDatasetRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Dataset'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `already_in_project`: It is in that project already; choose another one.
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
      /**
       * @description `payload_too_large`: The request is larger than {limit}.
       *
       *     `project_quota_exceeded`: The project’s datasets use {used} of the {limit} that it may have; delete some and try again, or ask an administrator for more.
       */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      query?: {
        version?: number;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
       * @description `dataset_not_ready`: The dataset is still being read; wait until it is ready.
       *
       *     `file_changed`: The registered file has changed since it was read; register it again as a new version.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `content_changed`: The file is no longer the one that was asked for; download it from its beginning. */
      412: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  exportDataset: {
    parameters: {
      query?: {
        version?: number;
        format?: 'csv' | 'parquet' | 'jsonl' | 'xlsx' | 'zip';
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `content_changed`: The file is no longer the one that was asked for; download it from its beginning. */
      412: {
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
      /**
       * @description `dataset_wrong_kind`: This recipe needs a dataset of {expected}.
       *
       *     `reader_limit`: Reading the file needs more than the allowed {resource}.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `workbook_too_small`: A sheet of Excel holds 1,048,576 rows, 16,384 columns and 32,767 letters in a cell, and this table has more; download it as CSV or Parquet.
       */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  previewDataset: {
    parameters: {
      query?: {
        version?: number;
        offset?: number;
        limit?: number;
        sort?: string;
        order?: 'asc' | 'desc';
        filter?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `column_unknown`: There is no column named {column}; choose one of the table.
       *
       *     `filter_invalid`: The filter cannot be used: {reason}. Correct it and try again.
       *
       *     `query_timeout`: The query took longer than {seconds} s; narrow it down with WHERE or LIMIT.
       *
       *     `reader_limit`: Reading the file needs more than the allowed {resource}.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  previewReading: {
    parameters: {
      query?: {
        version?: number;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Reading'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReadingPreview'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `dataset_not_ready`: The dataset is still being read; wait until it is ready.
       *
       *     `file_changed`: The registered file has changed since it was read; register it again as a new version.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
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
       * @description `archive_bomb`: The archive grows too large when opened.
       *
       *     `damaged_file`: The file is damaged; upload again.
       *
       *     `empty_file`: The file is empty; upload one with data.
       *
       *     `not_tabular`: The file is not really {format}: {reason} has no place in it. See whether it is the right file, or save it as {format} again.
       *
       *     `query_timeout`: The query took longer than {seconds} s; narrow it down with WHERE or LIMIT.
       *
       *     `reader_limit`: Reading the file needs more than the allowed {resource}.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      query?: {
        version?: number;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  queryDataset: {
    parameters: {
      query?: {
        version?: number;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['QueryRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QueryResult'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
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
       *     `query_failed`: The query failed: {reason}
       *
       *     `query_not_select`: Write one SELECT over the table `data`; nothing else is allowed.
       *
       *     `query_timeout`: The query took longer than {seconds} s; narrow it down with WHERE or LIMIT.
       *
       *     `reader_limit`: Reading the file needs more than the allowed {resource}.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  createSplit: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        dataset_id: string;
        version: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SplitRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Split'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
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
       * @description `column_unknown`: There is no column named {column}; choose one of the table.
       *
       *     `query_timeout`: The query took longer than {seconds} s; narrow it down with WHERE or LIMIT.
       *
       *     `reader_limit`: Reading the file needs more than the allowed {resource}.
       *
       *     `split_column_required`: Choose the column that {method} goes by.
       *
       *     `split_not_given`: This file has no parts of its own (folders or arrays called train, validation and test); choose another way.
       *
       *     `split_shares`: The three shares must add up to 100% and train must not be 0.
       *
       *     `split_too_few`: There are too few rows or groups for these parts ({found} found); change the shares or the column.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  datasetLineage: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        version?: number;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['Lineage'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getVersion: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        dataset_id: string;
        version: number;
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
          'application/json': components['schemas']['DatasetVersion'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  deleteVersion: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        dataset_id: string;
        version: number;
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
          'application/json': components['schemas']['DatasetVersion'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `last_version`: This is the only version; delete the dataset instead. */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  diffVersions: {
    parameters: {
      query: {
        from: number;
        to: number;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['VersionDiff'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `diff_kinds`: A table and a set of images cannot be compared; choose versions of one kind.
       *
       *     `query_timeout`: The query took longer than {seconds} s; narrow it down with WHERE or LIMIT.
       *
       *     `reader_limit`: Reading the file needs more than the allowed {resource}.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listVersions: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['DatasetVersionPage'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  rereadVersion: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RereadRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Dataset'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       *
       *     `file_changed`: The registered file has changed since it was read; register it again as a new version.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `payload_too_large`: The request is larger than {limit}.
       *
       *     `quota_exceeded`: Your datasets use {used} of the {limit} that you may have; delete some and try again, or ask an administrator for more.
       */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listConnections: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
          'application/json': components['schemas']['ConnectionPage'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  createConnection: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ConnectionRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Connection'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `files_off`: This server does not share its files with Kargah; upload the file instead. */
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
       * @description `connection_failed`: The database did not answer: {reason}. Check the address, name and password.
       *
       *     `connection_invalid`: Give postgresql://user:password@host/database or sqlite:path.
       *
       *     `connection_local`: Databases on this machine itself ({host}) are not read unless its administrator allows it: start the bridge with KARGAH_DATABASE_HOSTS={host}.
       *
       *     `file_hidden`: Kargah takes nothing from hidden folders (names that begin with a dot) and from its own data folder; move the file.
       *
       *     `file_missing`: There is no readable file at {path}.
       *
       *     `file_outside`: The file must lie inside the Jupyter folder.
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
      /** @description `rate_limited`: Too many attempts; try again in {seconds} s. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  deleteConnection: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        connection_id: string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  importFile: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ImportFileRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Dataset'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `files_off`: This server does not share its files with Kargah; upload the file instead. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `payload_too_large`: The request is larger than {limit}.
       *
       *     `quota_exceeded`: Your datasets use {used} of the {limit} that you may have; delete some and try again, or ask an administrator for more.
       */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `unsupported_format`: Only CSV, TSV, Parquet, Arrow, JSON Lines, Excel, npz, text, and zip or tar of class folders.
       *
       *     `unsupported_media_type`: Send the request as {expected}.
       */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `empty_file`: The file is empty; upload one with data.
       *
       *     `file_hidden`: Kargah takes nothing from hidden folders (names that begin with a dot) and from its own data folder; move the file.
       *
       *     `file_missing`: There is no readable file at {path}.
       *
       *     `file_outside`: The file must lie inside the Jupyter folder.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  importSource: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['Dataset'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
       * @description `file_too_large`: The file is larger than the limit of {limit}.
       *
       *     `quota_exceeded`: Your datasets use {used} of the {limit} that you may have; delete some and try again, or ask an administrator for more.
       */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_format`: Only CSV, TSV, Parquet, Arrow, JSON Lines, Excel, npz, text, and zip or tar of class folders. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `empty_file`: The file is empty; upload one with data.
       *
       *     `file_missing`: There is no readable file at {path}.
       *
       *     `folder_too_full`: The folder holds more than {limit} images; pack it as a zip or tar file.
       *
       *     `url_private`: The address {host} belongs to a private network; only public addresses are fetched.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `upload_checksum_mismatch`: The bytes arrived changed; send this piece again. */
      460: {
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
      /** @description `url_failed`: {host} did not give the file: {reason}. Check the address and try again. */
      502: {
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
  importSql: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ImportSqlRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Dataset'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `payload_too_large`: The request is larger than {limit}.
       *
       *     `quota_exceeded`: Your datasets use {used} of the {limit} that you may have; delete some and try again, or ask an administrator for more.
       */
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
       * @description `file_hidden`: Kargah takes nothing from hidden folders (names that begin with a dot) and from its own data folder; move the file.
       *
       *     `file_missing`: There is no readable file at {path}.
       *
       *     `file_outside`: The file must lie inside the Jupyter folder.
       *
       *     `query_not_select`: Write one SELECT over the table `data`; nothing else is allowed.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  importUrl: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ImportUrlRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Dataset'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `file_too_large`: The file is larger than the limit of {limit}.
       *
       *     `payload_too_large`: The request is larger than {limit}.
       *
       *     `quota_exceeded`: Your datasets use {used} of the {limit} that you may have; delete some and try again, or ask an administrator for more.
       */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `unsupported_format`: Only CSV, TSV, Parquet, Arrow, JSON Lines, Excel, npz, text, and zip or tar of class folders.
       *
       *     `unsupported_media_type`: Send the request as {expected}.
       */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `url_invalid`: Give a full https address without a name and password in it.
       *
       *     `url_private`: The address {host} belongs to a private network; only public addresses are fetched.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /** @description `url_failed`: {host} did not give the file: {reason}. Check the address and try again. */
      502: {
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `upload_version`: This server speaks tus {version} only; send Tus-Resumable: {version}. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `file_too_large`: The file is larger than the limit of {limit}.
       *
       *     `quota_exceeded`: Your datasets use {used} of the {limit} that you may have; delete some and try again, or ask an administrator for more.
       */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `unsupported_format`: Only CSV, TSV, Parquet, Arrow, JSON Lines, Excel, npz, text, and zip or tar of class folders. */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `upload_checksum_mismatch`: The bytes arrived changed; send this piece again. */
      460: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `upload_version`: This server speaks tus {version} only; send Tus-Resumable: {version}. */
      412: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `upload_version`: This server speaks tus {version} only; send Tus-Resumable: {version}. */
      412: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `upload_version`: This server speaks tus {version} only; send Tus-Resumable: {version}. */
      412: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `upload_checksum_mismatch`: The bytes arrived changed; send this piece again. */
      460: {
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  jobReport: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['Report'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `not_found`: Not found, or no access.
       *
       *     `report_missing`: There is no report on this model: it was trained before reports were, its recipe makes none, or fewer than two rows were held back. Train it again for one.
       */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  jobReportRows: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Arrays of NumPy (`.npz`, without a pickle) */
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `not_found`: Not found, or no access.
       *
       *     `report_rows_missing`: What this model answered on each row was not kept: an earlier release made its report. Train once more, and compare then.
       */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  jobAgainst: {
    parameters: {
      query?: {
        /** @description A figure of reports; accuracy or mae where it is left out */
        metric?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        job_id: string;
        other_id: string;
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
          'application/json': components['schemas']['PairedFigures'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `not_found`: Not found, or no access.
       *
       *     `report_rows_missing`: What this model answered on each row was not kept: an earlier release made its report. Train once more, and compare then.
       */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `model_not_ready`: Model is ready at the end.
       *
       *     `rows_differ`: {reason}
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  cloneJob: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
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
          'application/json': components['schemas']['Job'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /**
       * @description `evaluation_elsewhere`: A report on other data is made from the version of a model: version.evaluate(dataset), or its page.
       *
       *     `own_limit_exceeded`: It asks for {wanted} {resource}, and you may use {max} at once; ask for less, or an administrator for more.
       *
       *     `project_limit_exceeded`: It asks for {wanted} {resource}, and the project may use {max} at once; ask for less, or an administrator for more.
       *
       *     `script_params`: A script takes no parameters; give {names} to it as args, such as ["--lr", "0.5"], or as environment variables (env).
       *
       *     `secrets_needed`: The secret variables {names} are not kept; give them again.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['Job'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  patchJob: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ChangeJobRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `note_changed`: Somebody else changed this note meanwhile; look at theirs, and write yours into it. */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listJobEvents: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
        /** @description With this very tag; with all of several */
        tag?: string | string[];
        /** @description By when they were made (deleted ones: `newest` is by when they were deleted), by the name as search compares it, or by the state */
        sort?: 'newest' | 'oldest' | 'name' | 'state';
        /** @description Instead those that were deleted and can still be restored */
        deleted?: 'true' | 'false';
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  resumeJob: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
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
          'application/json': components['schemas']['Job'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /**
       * @description `own_limit_exceeded`: It asks for {wanted} {resource}, and you may use {max} at once; ask for less, or an administrator for more.
       *
       *     `project_limit_exceeded`: It asks for {wanted} {resource}, and the project may use {max} at once; ask for less, or an administrator for more.
       *
       *     `script_params`: A script takes no parameters; give {names} to it as args, such as ["--lr", "0.5"], or as environment variables (env).
       *
       *     `secrets_needed`: The secret variables {names} are not kept; give them again.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['Job'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['Job'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       *
       *     `torch_missing`: PyTorch is not installed in the Python that runs jobs. Install it there (pip install torch; pytorch.org says which build suits your device), then start the job again: nothing else has to be restarted.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
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
       * @description `columns_missing`: The dataset has no columns named {columns}; choose among those of its table.
       *
       *     `cwd_not_found`: There is no folder {path} in the Jupyter workspace to work in.
       *
       *     `dataset_wrong_kind`: This recipe needs a dataset of {expected}.
       *
       *     `evaluation_elsewhere`: A report on other data is made from the version of a model: version.evaluate(dataset), or its page.
       *
       *     `file_hidden`: Kargah takes nothing from hidden folders (names that begin with a dot) and from its own data folder; move the file.
       *
       *     `launcher_not_offered`: This server does not run jobs with the launcher {launcher}; it has {offered}.
       *
       *     `no_features`: No usable feature column is left.
       *
       *     `own_limit_exceeded`: It asks for {wanted} {resource}, and you may use {max} at once; ask for less, or an administrator for more.
       *
       *     `project_limit_exceeded`: It asks for {wanted} {resource}, and the project may use {max} at once; ask for less, or an administrator for more.
       *
       *     `recipe_broken`: Recipe {recipe} of {package} cannot be used: {reason}. Correct or remove the package, then start the job again.
       *
       *     `recipe_takes_one_gpu`: A recipe trains on one GPU; ask for one, or for none.
       *
       *     `resources_too_large`: This machine has {available} {resource}; ask for no more.
       *
       *     `script_not_found`: There is no script at {path}.
       *
       *     `script_outside`: The script must lie in the Jupyter workspace.
       *
       *     `script_params`: A script takes no parameters; give {names} to it as args, such as ["--lr", "0.5"], or as environment variables (env).
       *
       *     `split_unknown`: This version has no such split; choose one of its splits.
       *
       *     `target_missing`: The dataset has no column named {column}.
       *
       *     `target_required`: Choose a target.
       *
       *     `unknown_python`: There is no Python environment named {python} here.
       *
       *     `unknown_recipe`: There is no recipe named {recipe}; a package that brings one must be installed in the Python that runs the job.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `variable_taken`: The variable {name} is set by Kargah; choose another name. GPUs are asked for among the resources.
       *
       *     `version_unknown`: The dataset has no version {version}; choose one of its versions.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  deleteJobs: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['JobIds'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeletedJobs'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  restoreJobs: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['JobIds'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RestoredJobs'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       *
       *     `torch_missing`: PyTorch is not installed in the Python that runs jobs. Install it there (pip install torch; pytorch.org says which build suits your device), then start the job again: nothing else has to be restarted.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
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
       * @description `columns_missing`: The dataset has no columns named {columns}; choose among those of its table.
       *
       *     `cwd_not_found`: There is no folder {path} in the Jupyter workspace to work in.
       *
       *     `dataset_wrong_kind`: This recipe needs a dataset of {expected}.
       *
       *     `evaluation_elsewhere`: A report on other data is made from the version of a model: version.evaluate(dataset), or its page.
       *
       *     `file_hidden`: Kargah takes nothing from hidden folders (names that begin with a dot) and from its own data folder; move the file.
       *
       *     `launcher_not_offered`: This server does not run jobs with the launcher {launcher}; it has {offered}.
       *
       *     `no_features`: No usable feature column is left.
       *
       *     `own_limit_exceeded`: It asks for {wanted} {resource}, and you may use {max} at once; ask for less, or an administrator for more.
       *
       *     `project_limit_exceeded`: It asks for {wanted} {resource}, and the project may use {max} at once; ask for less, or an administrator for more.
       *
       *     `recipe_broken`: Recipe {recipe} of {package} cannot be used: {reason}. Correct or remove the package, then start the job again.
       *
       *     `recipe_takes_one_gpu`: A recipe trains on one GPU; ask for one, or for none.
       *
       *     `resources_too_large`: This machine has {available} {resource}; ask for no more.
       *
       *     `script_not_found`: There is no script at {path}.
       *
       *     `script_outside`: The script must lie in the Jupyter workspace.
       *
       *     `script_params`: A script takes no parameters; give {names} to it as args, such as ["--lr", "0.5"], or as environment variables (env).
       *
       *     `split_unknown`: This version has no such split; choose one of its splits.
       *
       *     `target_missing`: The dataset has no column named {column}.
       *
       *     `target_required`: Choose a target.
       *
       *     `unknown_python`: There is no Python environment named {python} here.
       *
       *     `unknown_recipe`: There is no recipe named {recipe}; a package that brings one must be installed in the Python that runs the job.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `variable_taken`: The variable {name} is set by Kargah; choose another name. GPUs are asked for among the resources.
       *
       *     `version_unknown`: The dataset has no version {version}; choose one of its versions.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  jobMetricNames: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        search?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['MetricNamePage'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  jobMetrics: {
    parameters: {
      query?: {
        key?: string | string[];
        buckets?: number;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  jobLogs: {
    parameters: {
      query?: {
        offset?: number;
        limit?: number;
        download?: '0' | '1';
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
       * @description `query_timeout`: The query took longer than {seconds} s; narrow it down with WHERE or LIMIT.
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
      /** @description `rate_limited`: Too many attempts; try again in {seconds} s. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  jobModel: {
    parameters: {
      query?: {
        /** @description package: a zip with the model as `.pt2` and safetensors, its schema, pinned requirements, report, sha256 sums and a script that uses it with PyTorch alone */
        format?: 'pt2' | 'mlflow' | 'package';
        /** @description Sends the file also where it may run code when it is loaded, as what a script logged may */
        unchecked?: 'true' | 'false';
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The model; with `format=mlflow` and `format=package` a zip */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': string;
          'application/zip': string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
       * @description `model_not_ready`: Model is ready at the end.
       *
       *     `model_unsafe`: The model may run code when it is loaded: {part} {reason}. Download it unchecked only if you trust whoever made it.
       *
       *     `weights_unwritable`: No package can be made of this model: its weight {weight} is of {kind}, which safetensors has not. Download it as .pt2, or the whole MLflow model.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `content_changed`: The file is no longer the one that was asked for; download it from its beginning. */
      412: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
          'application/json': components['schemas']['NewSession'];
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
       * @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `signup_by_invitation`: Accounts are made by invitation here; open the link that an owner of a project gives you, or ask an administrator.
       *
       *     `signup_closed`: New accounts are closed here; ask the administrator to open them (KARGAH_SIGNUP).
       *
       *     `signup_code_required`: The first account needs the code that Kargah printed when it started; it is in its terminal or log, after “code for the first account:”.
       *
       *     `signup_code_wrong`: This is not the code of this start; copy the newest one from the terminal or log of Kargah, after “code for the first account:”.
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `invitation_unknown`: This is not an invitation of this Kargah; copy the whole link, or ask for a new one. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `conflict`: Someone changed this meanwhile; reload and try again.
       *
       *     `email_taken`: This email already has an account; sign in.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `invitation_expired`: This invitation has expired; ask an owner of the project for a new one.
       *
       *     `invitation_revoked`: This invitation was revoked; ask an owner of the project for a new one.
       *
       *     `invitation_used`: This invitation has been used; ask an owner of the project for a new one.
       */
      410: {
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
       *     `password_too_long`: Use at most {max} characters.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `weak_password`: Use at least {min} characters; a short sentence works well.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      /**
       * @description `account_disabled`: This account is disabled; ask an administrator to enable it.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['Job'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       *
       *     `torch_missing`: PyTorch is not installed in the Python that runs jobs. Install it there (pip install torch; pytorch.org says which build suits your device), then start the job again: nothing else has to be restarted.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
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
       * @description `columns_missing`: The dataset has no columns named {columns}; choose among those of its table.
       *
       *     `cwd_not_found`: There is no folder {path} in the Jupyter workspace to work in.
       *
       *     `dataset_wrong_kind`: This recipe needs a dataset of {expected}.
       *
       *     `evaluation_elsewhere`: A report on other data is made from the version of a model: version.evaluate(dataset), or its page.
       *
       *     `file_hidden`: Kargah takes nothing from hidden folders (names that begin with a dot) and from its own data folder; move the file.
       *
       *     `launcher_not_offered`: This server does not run jobs with the launcher {launcher}; it has {offered}.
       *
       *     `no_features`: No usable feature column is left.
       *
       *     `own_limit_exceeded`: It asks for {wanted} {resource}, and you may use {max} at once; ask for less, or an administrator for more.
       *
       *     `project_limit_exceeded`: It asks for {wanted} {resource}, and the project may use {max} at once; ask for less, or an administrator for more.
       *
       *     `recipe_broken`: Recipe {recipe} of {package} cannot be used: {reason}. Correct or remove the package, then start the job again.
       *
       *     `recipe_takes_one_gpu`: A recipe trains on one GPU; ask for one, or for none.
       *
       *     `resources_too_large`: This machine has {available} {resource}; ask for no more.
       *
       *     `script_not_found`: There is no script at {path}.
       *
       *     `script_outside`: The script must lie in the Jupyter workspace.
       *
       *     `script_params`: A script takes no parameters; give {names} to it as args, such as ["--lr", "0.5"], or as environment variables (env).
       *
       *     `split_unknown`: This version has no such split; choose one of its splits.
       *
       *     `target_missing`: The dataset has no column named {column}.
       *
       *     `target_required`: Choose a target.
       *
       *     `unknown_python`: There is no Python environment named {python} here.
       *
       *     `unknown_recipe`: There is no recipe named {recipe}; a package that brings one must be installed in the Python that runs the job.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `variable_taken`: The variable {name} is set by Kargah; choose another name. GPUs are asked for among the resources.
       *
       *     `version_unknown`: The dataset has no version {version}; choose one of its versions.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
        /** @description With this very tag; with all of several */
        tag?: string | string[];
        /** @description By when they were made (deleted ones: `newest` is by when they were deleted), by the name as search compares it, or by the state */
        sort?: 'newest' | 'oldest' | 'name' | 'state';
        /** @description Instead those that were deleted and can still be restored */
        deleted?: 'true' | 'false';
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
          'application/json': components['schemas']['Job'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
          'application/json': components['schemas']['Job'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  compareJobs: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CompareRequest'];
      };
    };
    responses: {
      /** @description `KGC1`, the length of a JSON text (u32, little-endian), that text (`Comparison`, UTF-8, filled up with spaces to a multiple of 4 bytes), and behind it the numbers of the curves (f32, little-endian) */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/vnd.kargah.comparison': string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
        /** @description `key`, or `key=value` */
        tag?: string;
        /** @description What has this alias */
        alias?: string;
        search?: string;
        /** @description Newest first, or by the name */
        sort?: 'updated' | 'created' | 'name';
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
          'application/json': components['schemas']['RegisteredModelPage'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  createModel: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateModelRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RegisteredModel'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `model_exists`: A model of this name is registered already; register a new version of it, or choose another name. */
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
       * @description `model_name_refused`: MLflow takes no model of the name “{name}”: it must have a letter that is seen, at most 256 letters, no “/” and no “:”, and be no path such as “..”.
       *
       *     `model_refused`: MLflow does not take this: {reason}
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  setModelAlias: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        alias: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SetAliasRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RegisteredModel'];
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
      /**
       * @description `alias_protected`: “{alias}” is protected in this project: ask for it with `kargah models promote` or with client.models["{name}"].promote(…).
       *
       *     `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       * @description `alias_refused`: MLflow takes no alias “{alias}”: letters, digits, “_” and “-” only, at most 255, and neither “latest” nor “v” with a number.
       *
       *     `model_refused`: MLflow does not take this: {reason}
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  deleteModelAlias: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        alias: string;
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getModel: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
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
          'application/json': components['schemas']['RegisteredModel'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  deleteModel: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `model_aliased`: {aliases} point to versions of “{name}”; take them away first. */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  patchModel: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PatchModelRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RegisteredModel'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       * @description `model_refused`: MLflow does not take this: {reason}
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getModelVersion: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
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
          'application/json': components['schemas']['ModelVersion'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  deleteModelVersion: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `version_aliased`: {aliases} point to version {version} of “{name}”; move or take away them first. */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  patchModelVersion: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PatchVersionRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelVersion'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       * @description `model_refused`: MLflow does not take this: {reason}
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listTrainedModels: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        search?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
          'application/json': components['schemas']['TrainedModelPage'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listModelVersions: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        /** @description `key`, or `key=value` */
        tag?: string;
        /** @description What has this alias */
        alias?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
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
          'application/json': components['schemas']['ModelVersionPage'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  registerModelVersion: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RegisterVersionRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelVersion'];
        };
      };
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelVersion'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       * @description `model_name_refused`: MLflow takes no model of the name “{name}”: it must have a letter that is seen, at most 256 letters, no “/” and no “:”, and be no path such as “..”.
       *
       *     `model_refused`: MLflow does not take this: {reason}
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  modelDependents: {
    parameters: {
      query?: {
        version?: number;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
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
          'application/json': components['schemas']['ModelDependents'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  modelVersionAgainst: {
    parameters: {
      query?: {
        /** @description A figure of reports; accuracy or mae where it is left out */
        metric?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
        other: number;
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
          'application/json': components['schemas']['PairedFigures'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `not_found`: Not found, or no access.
       *
       *     `report_rows_missing`: What this model answered on each row was not kept: an earlier release made its report. Train once more, and compare then.
       */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `model_not_ready`: Model is ready at the end.
       *
       *     `rows_differ`: {reason}
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  modelVersionPackage: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The package */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/zip': string;
        };
      };
      /** @description The range */
      206: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/zip': string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
       * @description `model_not_ready`: Model is ready at the end.
       *
       *     `model_unsafe`: The model may run code when it is loaded: {part} {reason}. Download it unchecked only if you trust whoever made it.
       *
       *     `weights_unwritable`: No package can be made of this model: its weight {weight} is of {kind}, which safetensors has not. Download it as .pt2, or the whole MLflow model.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `content_changed`: The file is no longer the one that was asked for; download it from its beginning. */
      412: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  modelVersionReport: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
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
          'application/json': components['schemas']['Report'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `not_found`: Not found, or no access.
       *
       *     `report_missing`: There is no report on this model: it was trained before reports were, its recipe makes none, or fewer than two rows were held back. Train it again for one.
       */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  approveModelRequest: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        request_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['ApproveRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelRequest'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `own_request`: This is your own request: another person has to decide it. You can withdraw it.
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `alias_moved`: “{alias}” has moved meanwhile: it points to {now} now, by {by}. Look at it again.
       *
       *     `gates_failed`: Looked at once more, the request fails: {why}
       *
       *     `request_not_open`: This request is decided already; ask anew.
       *
       *     `requester_may_not`: {name}, who asked for this, may not promote models in this project any more. Somebody who may has to ask anew.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getModelRules: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
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
          'application/json': components['schemas']['ModelRules'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  putModelRules: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PutModelRulesRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelRules'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `rules_moved`: Somebody has changed the rules meanwhile; look at them again. */
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
       * @description `alias_refused`: MLflow takes no alias “{alias}”: letters, digits, “_” and “-” only, at most 255, and neither “latest” nor “v” with a number.
       *
       *     `rules_unreadable`: The rules cannot be read, line {line}: {reason}
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getModelRequest: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        request_id: string;
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
          'application/json': components['schemas']['ModelRequest'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listModelRequests: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        name?: string;
        state?: components['schemas']['ModelRequestState'];
        /** @description Those that I may approve */
        waiting_for_me?: 'true' | 'false';
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
          'application/json': components['schemas']['ModelRequestPage'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  modelHistory: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
        alias?: string;
        at?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
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
          'application/json': components['schemas']['ModelMovePage'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  refuseModelRequest: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        request_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RefuseRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelRequest'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       *
       *     `own_request`: This is your own request: another person has to decide it. You can withdraw it.
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_not_open`: This request is decided already; ask anew. */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  requestPromotion: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PromotionRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelRequest'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `alias_moved`: “{alias}” has moved meanwhile: it points to {now} now, by {by}. Look at it again.
       *
       *     `already_there`: “{alias}” points to version {version} already.
       *
       *     `request_not_open`: This request is decided already; ask anew.
       *
       *     `request_open`: Version {version} has been asked for already, and waits for approval.
       *
       *     `requester_may_not`: {name}, who asked for this, may not promote models in this project any more. Somebody who may has to ask anew.
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
       * @description `alias_not_protected`: “{alias}” is not protected in this project: set it directly, or protect it in the rules first.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  rollBackModelAlias: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        alias: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['RollBackRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelMove'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `alias_moved`: “{alias}” has moved meanwhile: it points to {now} now, by {by}. Look at it again.
       *
       *     `nothing_before`: “{alias}” pointed to no other version that is still there: there is nothing to go back to.
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
       * @description `alias_not_protected`: “{alias}” is not protected in this project: set it directly, or protect it in the rules first.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  withdrawModelRequest: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        request_id: string;
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
          'application/json': components['schemas']['ModelRequest'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_not_open`: This request is decided already; ask anew. */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getModelCard: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
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
          'application/json': components['schemas']['ModelCard'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  putModelCard: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PutModelCardRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelCard'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `card_moved`: Somebody has written on this card meanwhile; look at it again, and save anew. */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listModelCardRevisions: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
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
          'application/json': components['schemas']['CardRevisionPage'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  modelCardMarkdown: {
    parameters: {
      query?: {
        language?: 'fa' | 'en';
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The card */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/markdown; charset=utf-8': string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listModelVersionReports: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  evaluateModelVersion: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        name: string;
        version: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['EvaluateRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Job'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       *
       *     `model_not_ready`: Model is ready at the end.
       *
       *     `model_unsafe`: The model may run code when it is loaded: {part} {reason}. Download it unchecked only if you trust whoever made it.
       *
       *     `torch_missing`: PyTorch is not installed in the Python that runs jobs. Install it there (pip install torch; pytorch.org says which build suits your device), then start the job again: nothing else has to be restarted.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
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
       * @description `dataset_not_for_model`: The model cannot be judged on “{dataset}”: {problems}. Choose a dataset with the columns that it learned from.
       *
       *     `own_limit_exceeded`: It asks for {wanted} {resource}, and you may use {max} at once; ask for less, or an administrator for more.
       *
       *     `project_limit_exceeded`: It asks for {wanted} {resource}, and the project may use {max} at once; ask for less, or an administrator for more.
       *
       *     `resources_too_large`: This machine has {available} {resource}; ask for no more.
       *
       *     `split_unknown`: This version has no such split; choose one of its splits.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `version_unknown`: The dataset has no version {version}; choose one of its versions.
       */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `quota_jobs`: You already have {max} jobs waiting; wait for one to end.
       *
       *     `rate_limited`: Too many attempts; try again in {seconds} s.
       */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  acceptInvitation: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['InvitationToken'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Project'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `invitation_unknown`: This is not an invitation of this Kargah; copy the whole link, or ask for a new one. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `already_member`: You are a member of this project already; the invitation is still good for somebody else. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `invitation_expired`: This invitation has expired; ask an owner of the project for a new one.
       *
       *     `invitation_revoked`: This invitation was revoked; ask an owner of the project for a new one.
       *
       *     `invitation_used`: This invitation has been used; ask an owner of the project for a new one.
       */
      410: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listInvitations: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
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
          'application/json': {
            items: components['schemas']['Invitation'][];
            next_cursor: string | null;
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  createInvitation: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateInvitationRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NewInvitation'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `mail_not_set_up`: This Kargah sends no e-mail: ask for the link without e-mail and hand it over yourself, or ask the administrator to name a mail server (KARGAH_SMTP_URL).
       *
       *     `too_many_invitations`: The project has {max} open invitations; revoke those that are no longer needed.
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
      /** @description `rate_limited`: Too many attempts; try again in {seconds} s. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listProjects: {
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
          'application/json': {
            items: components['schemas']['Project'][];
            next_cursor: string | null;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  createProject: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateProjectRequest'];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Project'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getProject: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
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
          'application/json': components['schemas']['Project'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  deleteProject: {
    parameters: {
      query: {
        /** @description The project’s name, so that none is hit by mistake */
        name: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
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
          'application/json': components['schemas']['DeletedProject'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
       * @description `conflict`: Someone changed this meanwhile; reload and try again.
       *
       *     `project_is_first`: This is the first project of one of its owners, who always keep one. Delete what is in it instead.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `project_name_differs`: This is not the project’s name; write it exactly as it is shown: {name}
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  patchProject: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PatchProjectRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Project'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getProjectContents: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
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
          'application/json': components['schemas']['ProjectContents'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  leaveProject: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
       * @description `conflict`: Someone changed this meanwhile; reload and try again.
       *
       *     `last_owner`: This is the project’s last owner; make somebody else an owner first, or delete the project.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listDeletedProjects: {
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
          'application/json': {
            items: components['schemas']['DeletedProject'][];
            next_cursor: string | null;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  listMembers: {
    parameters: {
      query?: {
        limit?: number;
        cursor?: string;
      };
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
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
          'application/json': {
            items: components['schemas']['Member'][];
            next_cursor: string | null;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  lookAtInvitation: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['InvitationToken'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['InvitationOffer'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `invitation_unknown`: This is not an invitation of this Kargah; copy the whole link, or ask for a new one. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `invitation_expired`: This invitation has expired; ask an owner of the project for a new one.
       *
       *     `invitation_revoked`: This invitation was revoked; ask an owner of the project for a new one.
       *
       *     `invitation_used`: This invitation has been used; ask an owner of the project for a new one.
       */
      410: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  removeMember: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
        user_id: string;
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
       * @description `conflict`: Someone changed this meanwhile; reload and try again.
       *
       *     `last_owner`: This is the project’s last owner; make somebody else an owner first, or delete the project.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  patchMember: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
        user_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PatchMemberRequest'];
      };
    };
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Member'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `conflict`: Someone changed this meanwhile; reload and try again.
       *
       *     `last_owner`: This is the project’s last owner; make somebody else an owner first, or delete the project.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  restoreProject: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
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
          'application/json': components['schemas']['Project'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  revokeInvitation: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        project_id: string;
        invitation_id: string;
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `invitation_taken`: Somebody joined by this invitation; you can take them out of the project. */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getSweep: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
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
       *
       *     `torch_missing`: PyTorch is not installed in the Python that runs jobs. Install it there (pip install torch; pytorch.org says which build suits your device), then start the job again: nothing else has to be restarted.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description `dataset_freed`: This version was deleted and its data freed; choose another version. */
      410: {
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
       * @description `columns_missing`: The dataset has no columns named {columns}; choose among those of its table.
       *
       *     `dataset_wrong_kind`: This recipe needs a dataset of {expected}.
       *
       *     `launcher_not_offered`: This server does not run jobs with the launcher {launcher}; it has {offered}.
       *
       *     `no_features`: No usable feature column is left.
       *
       *     `own_limit_exceeded`: It asks for {wanted} {resource}, and you may use {max} at once; ask for less, or an administrator for more.
       *
       *     `project_limit_exceeded`: It asks for {wanted} {resource}, and the project may use {max} at once; ask for less, or an administrator for more.
       *
       *     `recipe_broken`: Recipe {recipe} of {package} cannot be used: {reason}. Correct or remove the package, then start the job again.
       *
       *     `recipe_takes_one_gpu`: A recipe trains on one GPU; ask for one, or for none.
       *
       *     `resources_too_large`: This machine has {available} {resource}; ask for no more.
       *
       *     `split_unknown`: This version has no such split; choose one of its splits.
       *
       *     `sweep_grid_too_large`: The sweep has {size} combinations; at most {max} are allowed: give fewer values or choose the guided method.
       *
       *     `sweep_space_empty`: Choose at least one parameter to vary.
       *
       *     `target_missing`: The dataset has no column named {column}.
       *
       *     `target_required`: Choose a target.
       *
       *     `unknown_python`: There is no Python environment named {python} here.
       *
       *     `unknown_recipe`: There is no recipe named {recipe}; a package that brings one must be installed in the Python that runs the job.
       *
       *     `validation_failed`: Some values are not valid; correct the marked fields.
       *
       *     `version_unknown`: The dataset has no version {version}; choose one of its versions.
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  copyJob: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TransferRequest'];
      };
    };
    responses: {
      /** @description Accepted */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Transfer'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `job_active`: Stop the job first.
       *
       *     `run_changed`: Something of the run of this job was deleted in MLflow while it was read; nothing was moved or copied. Try again.
       *
       *     `transfer_running`: This is being moved or copied already; wait until that has ended, then try again.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `payload_too_large`: The request is larger than {limit}.
       *
       *     `project_quota_exceeded`: The project’s datasets use {used} of the {limit} that it may have; delete some and try again, or ask an administrator for more.
       */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  getTransfer: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        transfer_id: string;
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
          'application/json': components['schemas']['Transfer'];
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
      /** @description `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel). */
      403: {
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
  moveJob: {
    parameters: {
      query?: never;
      header?: {
        /** @description Id of the project that the request is about: lists are of it, and what is made goes there; one’s own where it is left out. An object that the path names is of its own project, whatever this says. Or `?project_id=`. */
        'X-Kargah-Project'?: string;
      };
      path: {
        job_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TransferRequest'];
      };
    };
    responses: {
      /** @description Accepted */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Transfer'];
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
      /**
       * @description `forbidden`: Your role does not allow this.
       *
       *     `only_through_jupyter`: JupyterLab started this Kargah, so people sign in there; at this address use a personal token (“My tokens” in the panel).
       */
      403: {
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
      /** @description `request_timeout`: The request stopped coming before its end; send it again. */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `already_in_project`: It is in that project already; choose another one.
       *
       *     `job_active`: Stop the job first.
       *
       *     `job_of_sweep`: This job belongs to a sweep, which needs it for its results. Copy the job instead.
       *
       *     `job_registered`: Model “{name}” has a version that this job made, and would lose where it came from. Copy the job instead.
       *
       *     `job_resumed_now`: A job that goes on from this one has not ended; wait for it, or copy this one.
       *
       *     `run_changed`: Something of the run of this job was deleted in MLflow while it was read; nothing was moved or copied. Try again.
       *
       *     `transfer_running`: This is being moved or copied already; wait until that has ended, then try again.
       */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /**
       * @description `payload_too_large`: The request is larger than {limit}.
       *
       *     `project_quota_exceeded`: The project’s datasets use {used} of the {limit} that it may have; delete some and try again, or ask an administrator for more.
       */
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
      /** @description `headers_too_large`: The headers of the request are larger than {limit}; send fewer cookies or shorter values. */
      431: {
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
}
